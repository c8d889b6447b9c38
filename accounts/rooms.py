"""The rooms of accounts: everybody's, each reader's own, and that of an author's followers.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
Rules alone; who is in a room now is the hub's business.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from accounts.models import Follow, User
from accounts.rights import known_user
from realtime.errors import Forbidden, NotFound
from realtime.identity import Identity
from realtime.rest.ids import parse_id
from realtime.rooms import RoomKind, unknown

PUBLIC = "public"


def user_room(user_id: UUID) -> str:
    """Where a user's own tabs hear what concerns them alone."""
    return f"user:{user_id}"


def following_room(author_id: UUID) -> str:
    """Where an author's followers, and the author, hear of the author's posts."""
    return f"following:{author_id}"


def clean_id(kind: str, key: str) -> str:
    """The id of a room's name as it is kept; raises UnknownRoom."""
    parsed = parse_id(key)
    if parsed is None:
        raise unknown(f"{kind}:{key}")
    return str(parsed)


def _anybody(reader: Identity, key: str) -> None:
    return None


def _oneself(reader: Identity, key: str) -> None:
    if key != reader.user_id:
        raise Forbidden("user: a reader may only join their own")


def _followers(reader: Identity, key: str) -> None:
    if key == reader.user_id:
        return
    if Follow.objects.filter(follower=UUID(reader.user_id), followed=UUID(key)).exists():
        return
    try:
        known_user(User(pk=UUID(reader.user_id)), key)
    except NotFound:
        raise unknown(f"following:{key}") from None
    raise Forbidden("following: only for those who follow this author")


def _public_at_connect(user_ids: Collection[str]) -> Mapping[str, Iterable[str]]:
    return dict.fromkeys(user_ids, (PUBLIC,))


def _own_at_connect(user_ids: Collection[str]) -> Mapping[str, Iterable[str]]:
    return {user_id: (f"user:{user_id}",) for user_id in user_ids}


def _following_at_connect(user_ids: Collection[str]) -> Mapping[str, Iterable[str]]:
    """Authors' rooms, the reader's own among them, in one query for all readers."""
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for user_id in user_ids:
        rooms[user_id].add(f"following:{user_id}")
    follows = Follow.objects.filter(follower__in=map(UUID, user_ids))
    for follower, followed in follows.values_list("follower_id", "followed_id"):
        rooms[str(follower)].add(following_room(followed))
    return rooms


KINDS = (
    RoomKind(
        PUBLIC,
        _anybody,
        at_connect=_public_at_connect,
        keyed=False,
        who="everybody who is logged in",
        joined="yes",
    ),
    RoomKind(
        "user",
        _oneself,
        clean=lambda key: clean_id("user", key),
        at_connect=_own_at_connect,
        who="that user",
        joined="yes",
    ),
    RoomKind(
        "following",
        _followers,
        clean=lambda key: clean_id("following", key),
        at_connect=_following_at_connect,
        key_name="authorId",
        who="the author and the author's followers",
        joined="yes",
    ),
)
