"""Hub, ring and connection against a model that is too simple to be wrong.

Hypothesis plays the world: it commits events and changes of rights, loses, repeats and shuffles
what the bus carries, connects readers, joins, leaves and syncs in pages. After every step each
reader must have got exactly what the model says, once, in order. The log is a list in memory;
all else is the engine's own.
"""

import asyncio
import json
import time

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from realtime import log, streams
from realtime import registry as registry_module
from realtime import ring as ring_module
from realtime.connection import Connection
from realtime.cursor import Cursor
from realtime.envelope import Batch, Envelope
from realtime.events import Enter, Exit, Forget, Meet, Part, Recall, Vacate
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.registry import Registry
from realtime.rooms import RoomKind

USERS = ("ann", "bob", "cat")
TS = "2026-01-01T00:00:00.000Z"
EPOCH = "test"


class Truth:
    """The model: a list of events, and who may see what after each of them."""

    def __init__(self):
        self.events = []
        self.authors = {user: {f"following:{user}"} for user in USERS}
        self.parted = set()
        #: Post → "public", "followers" or "gone"; its author is the first of its name.
        self.posts = {}

    def rooms(self, user):
        return {"public", *self.authors[user]}

    def are_parted(self, one, other):
        return frozenset((one, other)) in self.parted

    def sees(self, user, post):
        author = post.partition("-")[0]
        visibility = self.posts.get(post, "gone")
        near = f"following:{author}" in self.authors[user]
        return (
            visibility != "gone"
            and (visibility == "public" or near)
            and not self.are_parted(user, author)
        )

    def add(self, rooms, *, people=(), subjects=(), except_rooms=(), effects=()):
        seq = len(self.events) + 1
        self.events.append(
            Envelope(
                seq=seq,
                type="x",
                ts=TS,
                rooms=tuple(rooms),
                except_rooms=tuple(except_rooms),
                people=tuple(people),
                subjects=tuple(subjects),
                effects=tuple(effects),
                payload=msgspec.Raw(b"{}"),
            )
        )
        return seq

    def is_for(self, user, event):
        """Whether the event is this user's, by what is true now."""
        rooms = self.rooms(user)
        return (
            any(room in rooms for room in event.rooms)
            and not any(room in rooms for room in event.except_rooms)
            and not any(self.are_parted(user, person) for person in event.people)
        )

    def again(self, user, event):
        """Whether a replay of now holds it."""
        return self.is_for(user, event) and all(
            self.sees(user, subject.partition(":")[2]) for subject in event.subjects
        )


class Reader:
    """A connection, what it got, and what the model says that it was to get."""

    def __init__(self, user, connection):
        self.user, self.connection = user, connection
        self.got, self.expected = [], []
        self.is_live = True
        #: Up to here the model has looked at what is live.
        self.at = 0
        self.sync_from = 0


class Engine(RuleBasedStateMachine):
    """The engine, and the model beside it."""

    ring_size = 1_000

    def __init__(self):
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.truth = Truth()
        self.batches = []
        self.readers = []
        #: How far the model's readers have been told: the rights at each place in the log.
        self.told = []
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(ring_module, "MAX_EVENTS", self.ring_size)
        self.patch.setattr(log, "look", self.look_at_log)
        self.patch.setattr(log, "read", self.read)
        for name, value in vars(self.registry()).items():
            self.patch.setattr(registry_module.registry, name, value)
        self.hub = self.run(self.make_hub())

    def look_at_log(self):
        return log.Look(log.Head(EPOCH, len(self.truth.events), 0), is_behind=False)

    def teardown(self):
        self.patch.undo()
        self.loop.close()

    def run(self, task):
        return self.loop.run_until_complete(asyncio.wait_for(task, 10))

    async def make_hub(self):
        hub = Hub()
        await hub.settle()
        return hub

    def read(self, after, *, upto=None, limit=500):
        return self.truth.events[after : upto if upto is not None else None][:limit]

    def registry(self):
        made = Registry()
        made.rooms = {
            name: RoomKind(name, lambda identity, key: None, keyed=name != "public")
            for name in ("following", "post")
        }
        made.rooms["public"] = RoomKind(
            "public",
            lambda identity, key: None,
            keyed=False,
            at_connect=lambda users: {user: self.truth.rooms(user) for user in users},
        )
        made.subjects = {
            "post": lambda user, ids: {one for one in ids if self.truth.sees(user, one)}
        }
        made.parted = lambda users: {
            user: {other for other in USERS if self.truth.are_parted(user, other)} for user in users
        }
        return made

    def commit(self, rooms=(), **members):
        """An event is in the log; the model notes for whom it was, and the bus may carry it."""
        members.setdefault("effects", ())
        seq = self.truth.add(rooms, **members)
        event = self.truth.events[-1]
        self.told.append({user: self.truth.is_for(user, event) for user in USERS})
        self.batches.append(Batch(epoch=EPOCH, after=seq - 1, upto=seq, events=(event,)))

    # -- the world ---------------------------------------------------------------------------

    def post_rooms(self, post):
        near = [f"following:{post.partition('-')[0]}", f"post:{post}"]
        return ["public", *near] if self.truth.posts[post] == "public" else near

    def there(self):
        return sorted(post for post, how in self.truth.posts.items() if how != "gone")

    @rule(author=st.sampled_from(USERS), visibility=st.sampled_from(("public", "followers")))
    def post(self, author, visibility):
        post = f"{author}-{len(self.truth.posts)}"
        self.truth.posts[post] = visibility
        self.commit(self.post_rooms(post), people=(author,), subjects=(f"post:{post}",))

    @precondition(lambda self: self.there())
    @rule(data=st.data(), actor=st.sampled_from(USERS))
    def like(self, data, actor):
        post = data.draw(st.sampled_from(self.there()))
        people = (post.partition("-")[0], actor)
        self.commit(self.post_rooms(post), people=people, subjects=(f"post:{post}",))

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def delete(self, data):
        post = data.draw(st.sampled_from(self.there()))
        rooms = self.post_rooms(post)
        effects = [Forget(subject=f"post:{post}"), Vacate(room=f"post:{post}", reason="deleted")]
        self.commit(rooms, people=(post.partition("-")[0],), effects=effects)
        self.truth.posts[post] = "gone"

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def narrow_or_widen(self, data):
        post = data.draw(st.sampled_from(self.there()))
        author, subject, room = post.partition("-")[0], f"post:{post}", f"post:{post}"
        if self.truth.posts[post] == "public":
            near = f"following:{author}"
            effects = [
                Forget(subject=subject, unless=near, forever=False),
                Vacate(room=room, unless=near, reason="visibility"),
            ]
            rooms = self.post_rooms(post)
            self.commit(rooms, people=(author,), except_rooms=(near,), effects=effects)
            self.truth.posts[post] = "followers"
            self.commit(self.post_rooms(post), people=(author,), subjects=(subject,))
        else:
            self.truth.posts[post] = "public"
            effects = [Recall(subject=subject, room=room)]
            rooms = self.post_rooms(post)
            self.commit(rooms, people=(author,), subjects=(subject,), effects=effects)

    @rule(user=st.sampled_from(USERS), author=st.sampled_from(USERS))
    def follow_or_unfollow(self, user, author):
        room = f"following:{author}"
        if user == author:
            return
        if room in self.truth.authors[user]:
            self.commit(effects=[Exit(user=user, room=room, reason="unfollowed")])
            self.truth.authors[user].discard(room)
        else:
            self.commit(effects=[Enter(user=user, room=room, reason="followed")])
            self.truth.authors[user].add(room)

    @rule(one=st.sampled_from(USERS), other=st.sampled_from(USERS))
    def part_or_meet(self, one, other):
        pair = frozenset((one, other))
        if one == other:
            return
        if pair in self.truth.parted:
            self.commit(effects=[Meet(one=one, other=other)])
            self.truth.parted.discard(pair)
        else:
            self.commit(effects=[Part(one=one, other=other)])
            self.truth.parted.add(pair)

    # -- the bus -----------------------------------------------------------------------------

    @precondition(lambda self: self.batches)
    @rule(data=st.data(), keep=st.booleans())
    def hear(self, data, keep):
        """Any batch, in any order; perhaps it comes again."""
        index = data.draw(st.integers(0, len(self.batches) - 1))
        batch = self.batches[index]
        if not keep:
            del self.batches[index]
        self.run(self.hub._take(batch))

    @precondition(lambda self: self.batches)
    @rule()
    def lose_all(self):
        self.batches.clear()

    @rule()
    def look(self):
        """What the hub does once a second."""
        self.run(self.hub.settle())

    # -- readers -----------------------------------------------------------------------------

    @rule(user=st.sampled_from(USERS), data=st.data(), resumes=st.booleans())
    def connect(self, user, data, resumes):
        identity = Identity(
            user_id=user, user=None, login=f"login of {user}", expires_at=time.time() + 999
        )
        reader = Reader(user, None)
        reader.connection = Connection(
            identity,
            kinds=("public", "following", "post"),
            send=lambda frame: self.take(reader, frame),
            close=lambda code: pytest.fail(f"closed with {code}"),
        )
        after = data.draw(st.integers(0, self.hub.position)) if resumes else None
        attaching = streams.attach(
            self.hub,
            reader.connection,
            seen=self.hub.position,
            rooms=(),
            after=None if after is None else Cursor(EPOCH, after),
        )
        assert self.run(attaching) == []
        reader.at = self.hub.position
        reader.is_live, reader.sync_from = not resumes, after or 0
        self.readers.append(reader)

    def take(self, reader, frame):
        decoded = json.loads(frame.data)
        if "seq" in decoded:
            reader.got.append(int(decoded["seq"]))

    def live(self):
        return [reader for reader in self.readers if reader.is_live]

    def waiting(self):
        return [reader for reader in self.readers if not reader.is_live]

    @precondition(lambda self: self.live())
    @rule(data=st.data(), limit=st.integers(1, 4))
    def begin_a_sync(self, data, limit):
        """A live socket asks for what it may have missed: nothing, or what its rights hid."""
        reader = data.draw(st.sampled_from(self.live()))
        self.sync(
            reader, int(streams.cursor(self.hub, reader.connection).rpartition("-")[2]), limit
        )

    @precondition(lambda self: self.waiting())
    @rule(data=st.data(), limit=st.integers(1, 4))
    def go_on_with_a_sync(self, data, limit):
        reader = data.draw(st.sampled_from(self.waiting()))
        self.sync(reader, reader.sync_from, limit)

    def sync(self, reader, after, limit):
        was_live = reader.is_live
        before = self.hub.position
        asking = streams.page(
            self.hub, reader.connection, Cursor(EPOCH, after), rooms=None, limit=limit
        )
        page, missed = self.run(asking)
        assert missed == []
        if was_live:
            # It was live up to where it paused: up to the hub's place when it asked.
            self.expect_live(reader, before)
        wanted = [
            event.seq
            for event in self.truth.events[after : self.hub.position]
            if self.truth.again(reader.user, event) and event.seq not in reader.expected
        ]
        expected = wanted[:limit]
        assert [event.seq for event, _frame in page.events] == expected
        assert page.complete == (len(wanted) <= limit)
        reader.got += expected
        reader.expected += expected
        reader.is_live, reader.sync_from = page.complete, page.upto
        reader.at = self.hub.position

    @precondition(lambda self: self.readers)
    @rule(data=st.data())
    def go_away(self, data):
        reader = data.draw(st.sampled_from(self.readers))
        streams.detach(self.hub, reader.connection)
        self.readers.remove(reader)

    # -- what must hold ----------------------------------------------------------------------

    def expect_live(self, reader, upto):
        while reader.at < upto:
            reader.at += 1
            if self.told[reader.at - 1][reader.user]:
                reader.expected.append(reader.at)

    @invariant()
    def every_reader_got_what_the_model_says(self):
        for reader in self.readers:
            if reader.is_live:
                self.expect_live(reader, self.hub.position)
            assert reader.got == reader.expected
            assert reader.got == sorted(set(reader.got))


class FromTheLog(Engine):
    """The same with a ring of two events: pages come from the log."""

    ring_size = 2


LIMITS = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestPagesFromTheRing = Engine.TestCase
TestPagesFromTheRing.settings = LIMITS
TestPagesFromTheLog = FromTheLog.TestCase
TestPagesFromTheLog.settings = LIMITS
