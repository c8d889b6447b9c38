"""The layer's switches do what they say; what a server makes of it is in ``test_server.py``."""

import asyncio
import threading

import pytest

from realtime.testing import FaultyLayer


class Ears:
    """A channel in the group, and what it has received."""

    def __init__(self):
        self.layer = FaultyLayer()

    async def begin(self):
        self.channel = await self.layer.new_channel()
        await self.layer.group_add("all", self.channel)
        return self

    async def send(self, *numbers):
        for number in numbers:
            await self.layer.group_send("all", {"number": number})

    async def heard(self):
        """All up to a last message, which arrives whatever came before."""
        await self.send("end")
        numbers = []
        while not numbers or numbers[-1] != "end":
            message = await asyncio.wait_for(self.layer.receive(self.channel), 5)
            numbers.append(message["number"])
        return numbers[:-1]


@pytest.fixture
async def ears():
    return await Ears().begin()


async def test_without_a_switch_all_arrives_in_order(ears):
    await ears.send(1, 2, 3)
    assert await ears.heard() == [1, 2, 3]


async def test_what_is_sent_while_it_loses_does_not_arrive(ears):
    await ears.send(1)
    with ears.layer.losing():
        await ears.send(2)
    await ears.send(3)
    assert await ears.heard() == [1, 3]


async def test_what_is_sent_while_it_repeats_arrives_twice(ears):
    with ears.layer.repeating():
        await ears.send(1, 2)
    assert await ears.heard() == [1, 1, 2, 2]


async def test_what_is_sent_while_it_delays_arrives_at_the_end_the_newest_first(ears):
    with ears.layer.delaying():
        await ears.send(1, 2, 3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ears.layer.receive(ears.channel), 0.01)
    assert await ears.heard() == [3, 2, 1]


async def test_another_thread_may_send(ears):
    def send():
        asyncio.run(ears.send(1))

    thread = threading.Thread(target=send)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert await ears.heard() == [1]


async def test_who_has_left_the_group_gets_nothing_more(ears):
    await ears.layer.group_discard("all", ears.channel)
    await ears.send(1)
    assert ears.layer._queues == {}
