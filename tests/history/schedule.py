"""What is to happen in a history, all of it from one seed: who writes, who reads, what breaks.

Pure: the same seed gives the same schedule. How the processes interleave is theirs, and what
writes come upon (which posts there are by then) depends on that; so a step names its object by a
number, which picks one of those that there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

Setup = Literal["sqlite", "sqlite-redis", "postgres-redis", "mongodb-redis"]
#: Those that any machine with Redis and PostgreSQL can play; MongoDB's are in ``tests/mongodb``.
SETUPS: tuple[Setup, ...] = ("sqlite", "sqlite-redis", "postgres-redis")
ALL: tuple[Setup, ...] = (*SETUPS, "mongodb-redis")
WITH_REDIS = ALL[1:]
Transport = Literal["websocket", "sse", "poll"]

#: Steps of writers and how often each comes.
STEPS = {
    "post": 22,
    "edit": 9,
    "narrow": 4,
    "widen": 4,
    "delete": 5,
    "like": 20,
    "unlike": 6,
    "comment": 14,
    "edit_comment": 4,
    "delete_comment": 4,
    "follow": 7,
    "unfollow": 5,
    "block": 2,
    "unblock": 2,
    "read_all": 2,
}
#: Steps of a process of its own, each one transaction.
DEEDS = {"several": 6, "rollback": 4, "hold": 4, "burst": 2}
FAULTS: dict[str, Sequence[Setup]] = {
    "kill server": ALL,
    "freeze server": ALL,
    "kill writer": ALL,
    "cut": ALL,
    "delay": ALL,
    "half-open": ALL,
    "clock": ALL,
    "freeze redis": WITH_REDIS,
    "flush redis": WITH_REDIS,
    "restart redis": WITH_REDIS,
    "freeze writer": ("postgres-redis", "mongodb-redis"),
    "freeze postgres": ("postgres-redis",),
    "restart postgres": ("postgres-redis",),
}


@dataclass(frozen=True)
class Step:
    """One write, ``pause`` seconds after the one before."""

    pause: float
    kind: str
    #: Chooses the object, and whatever else there is to choose.
    pick: int
    server: int


@dataclass(frozen=True)
class Deed:
    """One transaction in a process of its own: its steps, and how it goes."""

    pause: float
    kind: str
    user: int
    steps: tuple[Step, ...]
    #: Seconds between the last write and the commit.
    hold: float
    rolls_back: bool


@dataclass(frozen=True)
class Session:
    """A reader's next connection."""

    transport: Transport
    server: int
    seconds: float
    #: Ends without a goodbye.
    abrupt: bool
    #: A number of events for a page, where the transport can be asked for it.
    limit: int
    #: Seconds after which a socket does each of these: "sync", "join", "beat", "stop reading".
    actions: tuple[tuple[float, str, int], ...]


@dataclass(frozen=True)
class Fault:
    """Something that breaks ``at`` so many seconds, for so long."""

    at: float
    kind: str
    server: int
    seconds: float


@dataclass(frozen=True)
class Schedule:
    """A whole history, before it happens."""

    seed: int
    setup: Setup
    #: Each user's steps over REST.
    writers: tuple[tuple[Step, ...], ...]
    deeds: tuple[Deed, ...]
    #: Each reader's user and sessions.
    readers: tuple[tuple[int, tuple[Session, ...]], ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Size:
    """How large a history is."""

    users: int = 5
    readers: int = 8
    steps: int = 12
    deeds: int = 4
    #: Transactions with so many steps each, beside the others.
    bursts: int = 0
    burst: int = 15
    faults: int = 3
    seconds: float = 3.0


SHORT = Size()
LONG = Size(users=6, readers=24, steps=16, deeds=6, bursts=3, burst=120, faults=5, seconds=3.5)
#: Much at once and little that breaks: to see what a planted bug does.
DENSE = Size(users=6, readers=6, steps=20, deeds=10, faults=1, seconds=2.0)


def make(seed: int, setup: Setup, size: Size = SHORT, *, servers: int = 2) -> Schedule:
    """The history of a seed."""
    rng = Random(f"{seed} {setup}")
    return Schedule(
        seed=seed,
        setup=setup,
        writers=tuple(_steps(rng, size, servers) for _ in range(size.users)),
        deeds=tuple(
            _deed(rng, size, kind)
            for kind in _choose(rng, DEEDS, size.deeds) + ["burst"] * size.bursts
        ),
        readers=tuple(
            (number % size.users, tuple(_session(rng, servers) for _ in range(30)))
            for number in range(size.readers)
        ),
        faults=tuple(sorted(_faults(rng, setup, size, servers), key=lambda fault: fault.at)),
    )


def _steps(rng: Random, size: Size, servers: int) -> tuple[Step, ...]:
    mean = size.seconds / size.steps
    # The first is a post, so that there is something to be liked.
    kinds = ["post", *_choose(rng, STEPS, size.steps - 1)]
    return tuple(_step(rng, kind, rng.uniform(0, 2 * mean), servers) for kind in kinds)


def _step(rng: Random, kind: str, pause: float, servers: int) -> Step:
    return Step(round(pause, 3), kind, rng.randrange(1_000_000), rng.randrange(servers))


def _deed(rng: Random, size: Size, kind: str) -> Deed:
    count = size.burst if kind == "burst" else rng.randint(2, 4)
    # A step that is refused takes the whole transaction back; a post is never refused.
    kinds = ["post"] if kind == "burst" else list(STEPS)[:11]
    return Deed(
        pause=round(rng.uniform(0, 2 * size.seconds / (size.deeds + size.bursts)), 3),
        kind=kind,
        user=rng.randrange(size.users),
        steps=tuple(_step(rng, rng.choice(kinds), 0, 1) for _ in range(count)),
        hold=round(rng.uniform(0.05, 0.3), 3) if kind in ("hold", "rollback") else 0.0,
        rolls_back=kind == "rollback",
    )


def _session(rng: Random, servers: int) -> Session:
    actions = ["sync", "join", "beat", "stop reading"]
    return Session(
        transport=rng.choice(("websocket", "websocket", "sse", "poll")),
        server=rng.randrange(servers),
        seconds=round(rng.choice((0.2, 0.6, 1.5, 4.0)) * rng.uniform(0.5, 1.5), 3),
        abrupt=rng.random() < 0.5,
        limit=rng.choice((1, 7, 50, 500)),
        actions=tuple(
            (round(rng.uniform(0, 0.8), 3), rng.choice(actions), rng.randrange(1_000_000))
            for _ in range(rng.randint(0, 3))
        ),
    )


def _faults(rng: Random, setup: Setup, size: Size, servers: int) -> list[Fault]:
    able = [kind for kind, setups in FAULTS.items() if setup in setups]
    return [
        Fault(
            at=round(rng.uniform(0.2, 0.9) * size.seconds, 3),
            kind=rng.choice(able),
            server=rng.randrange(servers),
            seconds=round(rng.uniform(0.1, 1.2), 3),
        )
        for _ in range(size.faults)
    ]


def _choose(rng: Random, weights: dict[str, int], count: int) -> list[str]:
    return rng.choices(list(weights), list(weights.values()), k=count)
