"""What a client may say about itself: that its user is typing, and that they have stopped."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from presence.desk import Desk
from realtime.commands import Command
from realtime.control import Done
from realtime.errors import Forbidden, UnknownRoom
from realtime.events import Id, Wire
from realtime.frames import ClientFrame
from realtime.registry import clean_room

if TYPE_CHECKING:
    from realtime.consumers import RealtimeConsumer


class UnderPost(Wire, frozen=True, kw_only=True):
    """Under which post."""

    post_id: Annotated[Id, msgspec.Meta(min_length=1, max_length=64)]


async def _typing(consumer: "RealtimeConsumer", frame: ClientFrame, payload: UnderPost) -> Done:
    """Tell the others in ``post:<postId>``, in which you must be, that you are writing."""
    Desk.of(consumer.hub).typed(consumer.stream, _post(consumer, payload))
    return Done()


async def _stopped_typing(
    consumer: "RealtimeConsumer", frame: ClientFrame, payload: UnderPost
) -> Done:
    """Tell them that you have stopped."""
    Desk.of(consumer.hub).stopped(consumer.stream.user_id, _post(consumer, payload))
    return Done()


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
    "user:typing": Command(UnderPost, Done, _typing),
    "user:stopped_typing": Command(UnderPost, Done, _stopped_typing),
}
