"""Who the credentials of many readers belong to, asked for together.

In the event loop; the apps answer beside it (see ``registry.identities``).
"""

from collections.abc import Collection, Mapping

from realtime.errors import RealtimeError
from realtime.identity import Identity
from realtime.registry import registry
from realtime.together import Together

Answers = Mapping[str, Identity | RealtimeError]


class Identities:
    """The question and its answers, grouped while one is on its way."""

    def __init__(self) -> None:
        self._tokens = Together(_by_tokens)
        self._sessions = Together(_by_sessions)

    async def of_token(self, token: str) -> Identity:
        """Whose it is; raises Unauthenticated, Expired or Suspended."""
        return _known(await self._tokens.get(token))

    async def of_session(self, key: str) -> Identity:
        """Whose it is; raises Unauthenticated or Suspended."""
        return _known(await self._sessions.get(key))


def _known(answer: Identity | RealtimeError) -> Identity:
    if isinstance(answer, RealtimeError):
        raise answer
    return answer


def _by_tokens(tokens: Collection[str]) -> Answers:
    return registry.by_tokens(tokens)


def _by_sessions(keys: Collection[str]) -> Answers:
    return registry.by_sessions(keys)
