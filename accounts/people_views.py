"""REST about people: profiles, whom one follows and whom one blocks.

Who sends what, and what comes back; the doing is in ``actions.py``, the rights in ``rights.py``.
"""

from collections.abc import Sequence

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, names, serializers, wire
from accounts.models import Block, Follow, User
from accounts.profiles import profiles
from accounts.rights import hidden_from, known_user, parted_from
from accounts.views import given, reader
from realtime.rest.pagination import Page, paginate
from realtime.rest.schema import LIST, describe
from realtime.rest.throttles import PasswordTries
from realtime.rest.views import write

USERNAME = OpenApiParameter(
    "username", required=True, description="The whole name; upper and lower case are one."
)


class UsersView(APIView):
    """``/api/users``"""

    @describe(
        "The user of a name, if there is one",
        {200: Page[wire.Profile]},
        parameters=(USERNAME, *LIST),
        name="findUsers",
    )
    def get(self, request: Request) -> Response:
        viewer = reader(request)
        query = serializers.UserQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        key = names.key(query.validated_data["username"])
        rows = User.objects.filter(username_key=key).exclude(hidden_from(viewer.pk))
        return Response(paginate(request, rows, lambda users: profiles(viewer, users)))


class UserView(APIView):
    """``/api/users/{id}``"""

    @describe("Somebody's profile", {200: wire.Profile}, name="readUser")
    def get(self, request: Request, user_id: str) -> Response:
        viewer = reader(request)
        return Response(profiles(viewer, [known_user(viewer, user_id)])[0])


class MeView(APIView):
    """``/api/users/me``"""

    throttle_classes = (PasswordTries,)  # of DELETE

    @describe("One's own profile", {200: wire.OwnProfile}, name="readMe")
    def get(self, request: Request) -> Response:
        return Response(wire.OwnProfile.of(reader(request)))

    @describe(
        "Change one's own profile",
        {200: wire.OwnProfile},
        takes=serializers.OwnProfileInput,
        writes=True,
        name="editMe",
    )
    @write
    def patch(self, request: Request) -> Response:
        data = given(serializers.OwnProfileInput, request, partial=True)
        user = actions.update_profile(
            reader(request),
            display_name=data.get("displayName"),
            show_presence=data.get("showPresence"),
        )
        return Response(wire.OwnProfile.of(user))

    @describe(
        "Delete one's account, with all that one wrote",
        {204: None},
        takes=serializers.Farewell,
        writes=True,
        name="deleteMe",
    )
    @write
    def delete(self, request: Request) -> Response:
        user = reader(request)
        actions.delete_account(user, given(serializers.Farewell, request)["password"])
        return Response(status=204)


class FollowersView(APIView):
    """``/api/users/{id}/followers``"""

    @describe(
        "Who follows a user, the newest first",
        {200: Page[wire.User]},
        parameters=LIST,
        name="listFollowers",
    )
    def get(self, request: Request, user_id: str) -> Response:
        viewer = reader(request)
        rows = Follow.objects.filter(followed=known_user(viewer, user_id))
        rows = rows.exclude(follower__in=User.objects.filter(parted_from(viewer.pk)))
        return Response(paginate(request, rows.select_related("follower"), _followers))


class FollowingView(APIView):
    """``/api/users/{id}/following``"""

    @describe(
        "Whom a user follows, the newest first",
        {200: Page[wire.User]},
        parameters=LIST,
        name="listFollowing",
    )
    def get(self, request: Request, user_id: str) -> Response:
        viewer = reader(request)
        rows = Follow.objects.filter(follower=known_user(viewer, user_id))
        rows = rows.exclude(followed__in=User.objects.filter(parted_from(viewer.pk)))
        return Response(paginate(request, rows.select_related("followed"), _followed))


class BlocksView(APIView):
    """``/api/users/me/blocks``"""

    @describe(
        "Whom one blocks, the newest first",
        {200: Page[wire.User]},
        parameters=LIST,
        name="listBlocks",
    )
    def get(self, request: Request) -> Response:
        rows = Block.objects.filter(blocker=reader(request)).select_related("blocked")
        return Response(paginate(request, rows, _blocked))


def _followers(rows: Sequence[Follow]) -> list[wire.User]:
    return [wire.User.of(row.follower) for row in rows]


def _followed(rows: Sequence[Follow]) -> list[wire.User]:
    return [wire.User.of(row.followed) for row in rows]


def _blocked(rows: Sequence[Block]) -> list[wire.User]:
    return [wire.User.of(row.blocked) for row in rows]


class FollowView(APIView):
    """``/api/users/{id}/follow``"""

    @describe(
        "Follow somebody; again is no error", {200: wire.FollowState}, writes=True, name="follow"
    )
    @write
    def put(self, request: Request, user_id: str) -> Response:
        author = actions.follow(reader(request), user_id)
        return Response(wire.FollowState(is_followed=True, follower_count=author.follower_count))

    @describe(
        "Follow somebody no more; again is no error",
        {200: wire.FollowState},
        writes=True,
        name="unfollow",
    )
    @write
    def delete(self, request: Request, user_id: str) -> Response:
        author = actions.unfollow(reader(request), user_id)
        return Response(wire.FollowState(is_followed=False, follower_count=author.follower_count))


class BlockView(APIView):
    """``/api/users/{id}/block``"""

    @describe(
        "Block somebody, which ends follows both ways; again is no error",
        {200: wire.BlockState},
        writes=True,
        name="block",
    )
    @write
    def put(self, request: Request, user_id: str) -> Response:
        actions.block(reader(request), user_id)
        return Response(wire.BlockState(is_blocked=True))

    @describe(
        "Block somebody no more; again is no error",
        {200: wire.BlockState},
        writes=True,
        name="unblock",
    )
    @write
    def delete(self, request: Request, user_id: str) -> Response:
        actions.unblock(reader(request), user_id)
        return Response(wire.BlockState(is_blocked=False))
