"""Many who ask at once are answered by few queries, and each by one that began after it asked."""

import asyncio
import threading

import pytest

from realtime import together as together_module
from realtime.together import Together


class Table:
    """Answers after it is released; remembers what it was asked."""

    def __init__(self):
        self.queries = []
        self.release = threading.Event()

    def load(self, keys):
        self.queries.append(sorted(keys))
        assert self.release.wait(5)
        if "bad" in keys:
            raise ValueError("no such table")
        return {key: key.upper() for key in keys if key != "unknown"}


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_what_is_asked_while_a_query_runs_is_answered_by_the_next_one():
    table = Table()
    together = Together(table.load)
    first = asyncio.create_task(together.get("a"))
    await until(lambda: table.queries)
    others = [asyncio.create_task(together.get(key)) for key in "abcb"]
    await asyncio.sleep(0)
    table.release.set()
    assert await first == "A"
    assert await asyncio.gather(*others) == ["A", "B", "C", "B"]
    assert table.queries == [["a"], ["a", "b", "c"]]


async def test_an_error_is_told_to_all_who_asked_and_to_nobody_after():
    table = Table()
    table.release.set()
    together = Together(table.load)
    with pytest.raises(ValueError, match="no such table"):
        await together.get("bad")
    with pytest.raises(KeyError):
        await together.get("unknown")
    assert await together.get("a") == "A"


async def test_one_who_goes_away_does_not_take_the_answer_from_the_others():
    table = Table()
    together = Together(table.load)
    leaving, staying = (asyncio.create_task(together.get("a")) for _ in range(2))
    await until(lambda: table.queries)
    leaving.cancel()
    table.release.set()
    assert await staying == "A"


async def test_where_several_came_at_once_the_next_are_given_time_to_gather(monkeypatch):
    monkeypatch.setattr(together_module, "GATHER_SECONDS", 0.1)
    table = Table()
    table.release.set()
    together = Together(table.load)
    await asyncio.gather(together.get("a"), together.get("b"))
    coming = []
    for key in "cdefg":
        coming.append(asyncio.create_task(together.get(key)))
        await asyncio.sleep(0.002)
    await asyncio.gather(*coming)
    assert table.queries == [["a", "b"], ["c", "d", "e", "f", "g"]]


async def test_one_who_comes_alone_after_another_does_not_wait(monkeypatch):
    monkeypatch.setattr(together_module, "GATHER_SECONDS", 3600)
    table = Table()
    table.release.set()
    together = Together(table.load)
    async with asyncio.timeout(5):
        assert [await together.get(key) for key in "abc"] == ["A", "B", "C"]
