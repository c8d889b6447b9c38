"""Ten thousand random things that happen to three processes, against a simple model.

The model knows sockets and times alone: which users have a socket where, and since when they have
not. It says what may not be told and what must have been told by now; it does not say how.
"""

import random

import pytest

from tests.presence.conftest import Process

USERS = [f"user {number}" for number in range(8)]
BEAT = 0.3
#: Seconds within which a coming or an orderly going must have been told everywhere.
TOLD_COMING, TOLD_GOING = 1.5, 8.0
#: Seconds within which the users of a process that died or froze must be offline (SPEC 7).
TOLD_DEATH = 30.0
#: Seconds for which a user who has no socket must not be told to be offline.
GRACE = 5.0
#: Seconds for which a process that is not heard of may be alive after all.
BENEFIT = 14.0


class Server:
    """A process, and whether it is running, frozen or dead."""

    def __init__(self, store, now):
        self.process = Process(store)
        self.state, self.since, self.spoke_at = "running", now, now
        self.has_begun = False
        #: Socket → user.
        self.sockets = {}
        #: Those that it had when it last spoke.
        self.known = {}
        #: Users who have come since then, even if they went again.
        self.unsaid = set()
        #: User → whether the last told here was that they came.
        self.told = {}

    def runs(self):
        return self.state == "running"


class Story:
    def __init__(self, store, clock, seed):
        self.store, self.clock = store, clock
        self.random = random.Random(seed)
        self.servers = [Server(store, 0.0) for _ in range(3)]
        self.graveyard = []
        self.now = self.next_beat = 0.0
        self.numbers = 0
        #: (when, user): reloads that are on their way back.
        self.returns = []
        #: User → when they last had a socket at a running process, and at any that may live.
        self.here_at = dict.fromkeys(USERS, float("-inf"))
        self.maybe_here_at = dict.fromkeys(USERS, float("-inf"))
        #: User → when they last came back after an absence of more than the grace.
        self.back_at = dict.fromkeys(USERS, float("-inf"))
        #: User → since when they have a socket at a running process.
        self.here_since = {}
        #: User → until when a socket of theirs may be one that nobody knows of: it froze or died
        #: before its process could say so, or its process has just woken from the dead.
        self.unknown_until = dict.fromkeys(USERS, 0.0)
        #: The newest telling that any process has told.
        self.version = 0

    # -- what happens ----------------------------------------------------------------------

    async def step(self):
        names = ["connect"] * 6 + ["disconnect"] * 5 + ["reload"] * 4
        names += ["kill", "freeze", "wake", "wake", "start", "start"]
        getattr(self, self.random.choice(names))()
        await self.pass_time(self.random.choice([0.05, 0.1, 0.2, 0.4, 0.8]))
        if self.random.random() < 0.012:
            await self.pass_time(self.random.uniform(3, 35))

    def running(self):
        return [server for server in self.servers if server.runs()]

    def connect(self, user=None):
        server = self.random.choice(self.running())
        self.numbers += 1
        user = user or self.random.choice(USERS)
        server.sockets[str(self.numbers)] = user
        server.process.node.come(str(self.numbers), user)
        server.unsaid.add(user)
        self.look()

    def disconnect(self):
        server = self.random.choice(self.running())
        if not server.sockets:
            return None
        self.look()
        socket = self.random.choice(list(server.sockets))
        server.process.node.go(socket)
        user = server.sockets.pop(socket)
        self.look()
        return user

    def reload(self):
        if (user := self.disconnect()) is not None:
            self.returns.append((self.now + self.random.uniform(0, 4.6), user))

    def _stop(self, state):
        if len(self.running()) > 1:
            self.look()
            server = self.random.choice(self.running())
            server.state, server.since = state, self.now
            for user in server.unsaid:
                self.may_be_unknown(user, BENEFIT + GRACE)
            self.look()
            return server
        return None

    def may_be_unknown(self, user, seconds):
        self.unknown_until[user] = max(self.unknown_until[user], self.now + seconds)

    def kill(self):
        if (server := self._stop("dead")) is not None:
            self.graveyard.append(server)

    def freeze(self):
        self._stop("frozen")

    def wake(self):
        for server in self.servers:
            if server.state == "frozen" and self.random.random() < 0.5:
                if self.now - server.spoke_at > BENEFIT:
                    for user in server.sockets.values():
                        self.may_be_unknown(user, TOLD_COMING + GRACE)
                server.state, server.since = "running", self.now
                self.here_at.update(dict.fromkeys(server.unsaid, self.now))
        self.look()

    def start(self):
        for number, server in enumerate(self.servers):
            if server.state == "dead":
                self.servers[number] = Server(self.store, self.now)
                return

    # -- time --------------------------------------------------------------------------------

    async def pass_time(self, seconds):
        end = self.now + seconds
        while self.now < end:
            moments = [end, self.next_beat, *(when for when, _user in self.returns)]
            step = max(0.001, min(moments) - self.now)
            self.now += step
            self.clock.pass_seconds(step)
            self.come_back()
            self.look()
            if self.now >= self.next_beat:
                self.next_beat = self.now + BEAT
                for server in self.random.sample(self.running(), len(self.running())):
                    self.check(server, await server.process.beat_with_versions())
                    server.known, server.unsaid = dict(server.sockets), set()
                    server.spoke_at = self.now

    def come_back(self):
        due = [one for one in self.returns if one[0] <= self.now]
        self.returns = [one for one in self.returns if one[0] > self.now]
        for _when, user in due:
            self.connect(user)

    # -- the model ---------------------------------------------------------------------------

    def look(self):
        """Note who has a socket now."""
        here = {user for one in self.running() for user in one.sockets.values()}
        maybe = set(here)
        for server in {*self.servers, *self.graveyard}:
            if not server.runs() and self.now - server.spoke_at < BENEFIT:
                maybe |= {*server.sockets.values(), *server.known.values()}
        for user in USERS:
            if user in here:
                self.here_at[user] = self.now
                self.here_since.setdefault(user, self.now)
            else:
                self.here_since.pop(user, None)
            if user in maybe:
                if self.now - self.maybe_here_at[user] >= GRACE:
                    self.back_at[user] = self.now
                self.maybe_here_at[user] = self.now

    def check(self, server, told):
        begins = not server.has_begun  # it is told how things are, not what happens
        server.has_begun = True
        for version, name in told:
            user, came = name[1:], name[0] == "+"
            assert server.told.get(user, False) != came, f"{user}: told twice"
            server.told[user] = came
            if version > self.version and not begins:  # no other process was faster
                self.check_told(user, came=came)
        self.version = max([self.version, *(version for version, _name in told)])
        if self.now - server.since > 10:  # one that woke needs a moment
            self.check_untold(server)

    def check_told(self, user, *, came):
        if came:
            assert self.now - self.here_at[user] <= TOLD_COMING, f"{user}: false online"
        else:
            away = self.now - self.maybe_here_at[user]
            has_just_come_back = self.now - self.back_at[user] <= TOLD_COMING
            may_be_unknown = self.now <= self.unknown_until[user]
            assert away >= GRACE or has_just_come_back or may_be_unknown, f"{user}: false offline"

    def check_untold(self, server):
        online = server.process.online
        for user in USERS:
            since = self.here_since.get(user)
            if since is not None and self.now - since > TOLD_COMING:
                assert user in online, f"{user}: has a socket since {self.now - since} s"
            if self.now - self.maybe_here_at[user] > TOLD_GOING + 1:
                assert user not in online, f"{user}: is gone"
            if self.now - self.here_at[user] > TOLD_DEATH:
                assert user not in online, f"{user}: is gone for long"


@pytest.mark.parametrize("seed", range(5))
async def test_nobody_is_told_to_be_online_or_offline_who_is_not(store, clock, seed):
    story = Story(store, clock, seed)
    await story.pass_time(12)
    for _ in range(2_000):
        await story.step()
    story.returns.clear()
    await story.pass_time(40)
    expected = {user for server in story.running() for user in server.sockets.values()}
    for server in story.running():
        assert server.process.online == expected
    assert set((await store.snapshot()).users) == expected
