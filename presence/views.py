"""REST about presence: who of some users is online, and when the others were last seen."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from presence.choice import store
from presence.rights import visible
from presence.store import Sighting, StoreUnavailable
from presence.telling import seen
from presence.tracker import known_here
from presence.wire import Presence
from realtime.rest.ids import parse_id
from realtime.rest.schema import describe

MAX_USERS = 200
USERS = OpenApiParameter(
    "users",
    OpenApiTypes.STR,
    required=True,
    description=f"Ids of at most {MAX_USERS} users, with commas between them.",
)


class PresenceView(APIView):
    """``/api/presence``"""

    @describe("Who is online", {200: Presence}, name="readPresence", parameters=(USERS,))
    def get(self, request: Request) -> Response:
        wanted = _users(request.query_params.get("users"))
        users = visible(str(request.user.pk), wanted)
        sighting = _sighting(users)
        last_seen = {
            user: seen(user, at).last_seen or ""
            for user, at in sighting.seen.items()
            if user not in sighting.online
        }
        online = [user for user in wanted if user in sighting.online]
        return Response(Presence(online=online, last_seen=last_seen))


def _users(text: str | None) -> list[str]:
    """The ids in the parameter, once each; raises ValidationError."""
    if text is None:
        raise ValidationError({"users": _("Say which users.")})
    ids = dict.fromkeys(parse_id(one.strip()) for one in text.split(",") if one.strip())
    if None in ids:
        raise ValidationError({"users": _("These are not all ids.")})
    if len(ids) > MAX_USERS:
        raise ValidationError({"users": _("At most 200 users at once.")})
    return [str(one) for one in ids]


def _sighting(users: Collection[str]) -> Sighting:
    """Without the store: what this process has heard."""
    try:
        return store().look_up(users)
    except StoreUnavailable:
        return Sighting(known_here(users), {})
