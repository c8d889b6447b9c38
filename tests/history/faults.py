"""What breaks, at its time: processes are killed and frozen, the network misbehaves."""

import asyncio
import signal
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from tests.history.schedule import Fault
from tests.history.stage import Stage, signal_tree


class Faults:
    """Carries out the faults of a schedule on a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        # Two faults of one program come one after the other.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        #: Those that happened.
        self.done: list[str] = []

    async def run(self, faults: Sequence[Fault]) -> None:
        """All of them, each at its time; returns when the last one is over."""
        await asyncio.gather(*(self._at(fault) for fault in faults))

    async def _at(self, fault: Fault) -> None:
        await asyncio.sleep(fault.at)
        async with self._locks[_victim(fault)]:
            self.done.append(fault.kind)
            await getattr(self, "_" + fault.kind.replace(" ", "_").replace("-", "_"))(fault)

    # -- servers -----------------------------------------------------------------------------

    async def _kill_server(self, fault: Fault) -> None:
        site = self._stage.sites[fault.server]
        site.wake()
        await asyncio.to_thread(site.kill)
        await asyncio.sleep(fault.seconds / 4)
        await self._stage.revive(fault.server)

    async def _freeze_server(self, fault: Fault) -> None:
        site = self._stage.sites[fault.server]
        site.freeze()
        await asyncio.sleep(fault.seconds)
        site.wake()

    async def _clock(self, fault: Fault) -> None:
        """An hour back, or an hour ahead."""
        back = fault.seconds < 0.6
        self._stage.set_clock(fault.server, -3600 if back else 3600)
        await asyncio.sleep(fault.seconds)
        self._stage.set_clock(fault.server, 0)

    # -- the writer process ------------------------------------------------------------------

    async def _kill_writer(self, fault: Fault) -> None:
        """In mid-transaction, if there is one soon."""
        hand = self._stage.hand
        await self._wait_for_a_hold(fault)
        await hand.kill()
        await hand.start()

    async def _freeze_writer(self, fault: Fault) -> None:
        await self._wait_for_a_hold(fault)
        self._stage.hand.signal(signal.SIGSTOP)
        await asyncio.sleep(fault.seconds)
        self._stage.hand.signal(signal.SIGCONT)

    async def _wait_for_a_hold(self, fault: Fault) -> None:
        holding = self._stage.hand.is_holding
        holding.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(holding.wait(), fault.seconds)

    # -- the network -------------------------------------------------------------------------

    async def _cut(self, fault: Fault) -> None:
        self._stage.proxies[fault.server].cut()

    async def _delay(self, fault: Fault) -> None:
        proxy = self._stage.proxies[fault.server]
        proxy.delay(fault.seconds / 6)
        await asyncio.sleep(fault.seconds)
        proxy.delay(0)

    async def _half_open(self, fault: Fault) -> None:
        proxy = self._stage.proxies[fault.server]
        proxy.swallow()
        await asyncio.sleep(fault.seconds)
        proxy.heal()

    # -- Redis and PostgreSQL ----------------------------------------------------------------

    async def _freeze_redis(self, fault: Fault) -> None:
        assert self._stage.redis is not None
        self._stage.redis.freeze()
        await asyncio.sleep(2 * fault.seconds)
        self._stage.redis.wake()

    async def _restart_redis(self, fault: Fault) -> None:
        redis = self._stage.redis
        assert redis is not None
        redis.wake()
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(fault.seconds)
        if redis.process is None or redis.process.poll() is not None:
            await asyncio.to_thread(redis.start)

    async def _flush_redis(self, fault: Fault) -> None:
        assert self._stage.redis is not None
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._stage.redis.port)
                writer.write(b"FLUSHALL\r\nCLIENT KILL TYPE pubsub\r\n")
                await reader.readline()
                await reader.readline()
                writer.close()

    async def _freeze_postgres(self, fault: Fault) -> None:
        assert self._stage.postgres is not None and self._stage.postgres.process is not None
        pid = self._stage.postgres.process.pid
        signal_tree(pid, signal.SIGSTOP)
        await asyncio.sleep(fault.seconds)
        signal_tree(pid, signal.SIGCONT)

    async def _restart_postgres(self, fault: Fault) -> None:
        postgres = self._stage.postgres
        assert postgres is not None
        if postgres.process is not None and postgres.process.poll() is None:
            signal_tree(postgres.process.pid, signal.SIGCONT)
            await asyncio.to_thread(postgres.stop)
            postgres.log_file.write_text("")  # what it prints tells when it is ready again
            await asyncio.to_thread(postgres.start)


def _victim(fault: Fault) -> str:
    what = fault.kind.rpartition(" ")[2]
    return f"{what} {fault.server}" if what == "server" else what
