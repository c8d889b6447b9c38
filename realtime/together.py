"""One query for many who ask at once, so that a storm of readers is none for the database.

In the event loop.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from realtime.database import in_database

T = TypeVar("T")

#: Asked for in one query at most; some databases bound the parameters of one.
MAX_TOGETHER = 500
#: Seconds for more to ask, where several came at once: a query costs more than its rows.
GATHER_SECONDS = 0.025


class Together(Generic[T]):
    """Answers what is asked for single keys by a function that takes many.

    What is asked while a query runs is answered by the next one: never by one that began before.
    """

    def __init__(self, load: Callable[[Collection[str]], Mapping[str, T]]) -> None:
        self._load = load
        self._asked: dict[str, asyncio.Future[T]] = {}
        self._task: asyncio.Task[None] | None = None
        #: Whether the last query was for several.
        self._is_crowded = False

    async def get(self, key: str) -> T:
        """What the function says of this key; raises what it raises, KeyError for an unknown."""
        answer = self._asked.get(key)
        if answer is None:
            answer = self._asked[key] = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer_all())
        # Shielded: one who goes away must not take the answer from the others.
        return await asyncio.shield(answer)

    async def _answer_all(self) -> None:
        while self._asked:
            if self._is_crowded:
                await asyncio.sleep(GATHER_SECONDS)
            keys = list(self._asked)[:MAX_TOGETHER]
            asked = {key: self._asked.pop(key) for key in keys}
            self._is_crowded = len(asked) > 1
            try:
                answers = await in_database(self._load, keys)
            except Exception as error:
                for future in asked.values():
                    future.set_exception(error)
            else:
                for key, future in asked.items():
                    if key in answers:
                        future.set_result(answers[key])
                    else:
                        future.set_exception(KeyError(key))
