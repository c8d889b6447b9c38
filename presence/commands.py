"""What a client may say about itself: that its user is typing, and that they have stopped."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from presence.desk import Desk
from realtime.commands import Command
from realtime.errors import Forbidden, UnknownRoom
from realtime.events import Wire
from realtime.frames import ClientFrame
from realtime.registry import clean_room

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer


class UnderPost(Wire, frozen=True, kw_only=True):
    """``user:typing`` and ``user:stopped_typing``: under which post."""

    post_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


async def _typing(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: UnderPost
) -> dict[str, Any]:
    Desk.of(consumer.hub).typed(consumer.stream, _post(consumer, payload))
    return {}


async def _stopped_typing(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: UnderPost
) -> dict[str, Any]:
    Desk.of(consumer.hub).stopped(consumer.stream.user_id, _post(consumer, payload))
    return {}


def _post(consumer: "RealtimeConsumer", payload: UnderPost) -> str:
    """The post's id as its room has it; raises Forbidden for who is not in that room."""
    try:
        room, _kind = clean_room(f"post:{payload.post_id}")
    except UnknownRoom:
        room = ""
    if room not in consumer.stream.rooms:
        raise Forbidden("postId: join the post's room first")
    return room.removeprefix("post:")


COMMANDS = {
    "user:typing": Command(UnderPost, _typing),
    "user:stopped_typing": Command(UnderPost, _stopped_typing),
}
