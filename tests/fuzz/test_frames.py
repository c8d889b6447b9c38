"""A short onslaught of bad frames; ``./run bench fuzz`` sends a million."""

import msgspec

from realtime.commands import ENGINE
from realtime_site.routing import SiteConsumer
from tests.conftest import StartSite
from tests.fuzz.attack import Onslaught
from tests.fuzz.frames import COMMANDS, Fuzzer


def test_every_command_is_among_them_with_all_its_members() -> None:
    assert {
        name: [member.encode_name for member in msgspec.structs.fields(command.payload)]
        for name, command in {**ENGINE, **SiteConsumer.commands}.items()
    } == COMMANDS


def test_the_same_seed_gives_the_same_frames() -> None:
    first, second, other = Fuzzer(7), Fuzzer(7), Fuzzer(8)
    assert [first.whole() for _ in range(200)] == [second.whole() for _ in range(200)]
    assert first.broken() == second.broken() != other.broken()


async def test_two_thousand_bad_frames_bring_no_error_of_our_own_and_stop_no_socket(
    start_site: StartSite,
) -> None:
    site = start_site(REALTIME_FRAME_RATE="1000000", REALTIME_MAX_CONNECTIONS_PER_IP="1000")
    onslaught = Onslaught(site, seed=1, frames=2_000, sockets=8)
    await onslaught.run()
    assert onslaught.faults == []
    assert "Traceback" not in site.log()
    assert onslaught.sent >= 2_000
    assert onslaught.answered > 10
    assert {"invalid_frame", "invalid_json", "unknown_type"} <= set(onslaught.errors)
