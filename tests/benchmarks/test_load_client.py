"""The load client finds what is wrong with a stream: a benchmark's figures rest on it."""

import asyncio
import json
import time

import pytest
from websockets.asyncio.server import serve

from benchmarks.client import build
from tests.servers import Missing


async def report_on(frames, *arguments, greeting=None):
    """The client's last line, after a server has sent these frames to its two sockets."""
    try:
        program = build()
    except Missing as missing:
        pytest.skip(str(missing))

    async def handle(socket):
        if greeting is not None:
            await socket.send(greeting)
            heard.append(await socket.recv())
        for frame in frames:
            await socket.send(frame)
        await socket.wait_closed()

    heard = []
    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        command = [str(program), "--port", str(port), "--sockets", "2", "--seconds", "0.5"]
        process = await asyncio.create_subprocess_exec(
            *command, *arguments, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await asyncio.wait_for(process.communicate(), 20)
    return json.loads(output.splitlines()[-1]), heard


def event(number, size=0):
    return f"bench={time.time_ns()},{number};".ljust(size, "x")


async def test_a_whole_stream_is_counted_whole():
    frames = [event(number, size) for number, size in enumerate((0, 200, 70_000, 0), 1)]
    report, _ = await report_on(frames)
    assert (report["opened"], report["failed"]) == (2, 0)
    assert (report["frames"], report["events"]) == (8, 8)
    assert report["lost"] == report["duplicates"] == report["outOfOrder"] == report["behind"] == 0
    assert 0 < report["latencyMs"]["p50"] <= report["latencyMs"]["max"] * 1.02 < 20_000


async def test_loss_repeats_and_disorder_are_found():
    report, _ = await report_on([event(number) for number in (1, 2, 2, 5, 4, 6)])
    assert (report["lost"], report["duplicates"], report["outOfOrder"]) == (4, 2, 2)


async def test_a_number_may_stand_elsewhere():
    frames = [f'{{"seq":"{seq}","body":"{event(1)}"}}' for seq in (7, 8, 10)]
    report, _ = await report_on(frames, "--number", '"seq":"')
    assert (report["events"], report["lost"], report["duplicates"]) == (6, 2, 0)


async def test_it_joins_when_it_is_greeted_and_is_not_fooled_by_other_frames():
    report, heard = await report_on(
        ['{"type":"ack"}', '{"type":"heartbeat"}', event(1)],
        *("--ready", '"hello"', "--join", "let me in", "--joined", '"ack"'),
        greeting='"hello"',
    )
    assert heard == ["let me in"] * 2
    assert (report["ready"], report["frames"], report["events"]) == (2, 8, 2)
