"""A bad network: a TCP proxy that cuts, delays and half-opens what runs through it."""

import asyncio
import contextlib


class Proxy:
    """Passes bytes on to a port of 127.0.0.1, until it is told to misbehave."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._delay = 0.0
        self._open = asyncio.Event()
        self._open.set()

    @property
    def port(self) -> int:
        """Where to connect."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    def delay(self, seconds: float) -> None:
        """From now on everything comes so much later; 0 for no delay."""
        self._delay = seconds

    def swallow(self) -> None:
        """From now on nothing comes through, and nobody is told."""
        self._open.clear()

    def heal(self) -> None:
        """As if nothing had been; connections that had lost something are cut."""
        if not self._open.is_set():
            self.cut()
        self._open.set()
        self._delay = 0.0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(ours)
        pumps = [
            asyncio.create_task(self._pump(reader, ours)),
            asyncio.create_task(self._pump(theirs, writer)),
        ]
        try:
            await asyncio.wait(pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            for one in (writer, ours):
                self._writers.discard(one)
                one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
