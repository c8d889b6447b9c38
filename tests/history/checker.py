"""Whether a recorded history keeps the promises of SPEC 5 and 6; each breach as a sentence.

Pure. The log at the end is the yardstick: first it is checked itself (no holes, nothing of a
rollback, in the order of what was answered), then every reader's stream against it.

A stretch that is ``live`` must hold exactly what the rights at each place allow. One that is a
``replay`` goes by the rights of now; when that was we know within a window, and where the truth
changed inside it, either will do.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.history.facts import Facts
from tests.history.record import Entry, History, Json, Stretch, Write
from tests.history.states import wrong_states
from tests.history.tables import wrong_tables

#: Of one kind of breach no more are listed: the first ones tell the story.
LISTED = 5


def breaches(history: History) -> list[str]:
    """All that is wrong, at most LISTED of a kind; [] when every promise was kept."""
    facts = Facts(history.entries)
    found = [
        *(f"seen: {text}" for text in history.wrong),
        *_wrong_log(history),
        *_wrong_writes(history),
        *_wrong_order(history),
        *_wrong_frames(history),
        *_wrong_streams(history),
        *_wrong_rights(history, facts),
        *wrong_tables(history),
        *wrong_states(history, facts),
    ]
    return _shortened(found)


def _shortened(found: list[str]) -> list[str]:
    kinds: Counter[str] = Counter()
    listed = []
    for text in found:
        kind = text.partition(":")[0]
        kinds[kind] += 1
        if kinds[kind] <= LISTED:
            listed.append(text)
    more = {kind: count - LISTED for kind, count in kinds.items() if count > LISTED}
    return listed + [f"{kind}: and {count} more" for kind, count in more.items()]


# -- the log itself ------------------------------------------------------------------------------


def _wrong_log(history: History) -> Iterator[str]:
    """Contiguous numbers, times that never go back, versions that never go back."""
    if history.unnumbered:
        yield f"log: {history.unnumbered} entries have no number at the end"
    expected = history.start
    ts, versions = "", dict[str, int]()
    for entry in history.entries:
        expected += 1
        if entry.seq != expected:
            yield f"log: {entry.seq} where {expected} should be"
            expected = entry.seq
        if entry.ts < ts:
            yield f"log: {entry.seq} was numbered at {entry.ts}, the one before at {ts}"
        ts = entry.ts
        for name, version in _versions(entry):
            if version < versions.get(name, 0):
                yield f"log: {entry.seq} {entry.type} has version {version} of {name}"
            versions[name] = version


def _versions(entry: Entry) -> Iterator[tuple[str, int]]:
    payload = entry.payload
    if payload is None:
        return
    if entry.type in ("post:created", "post:updated"):
        yield f"post {payload['post']['id']}", payload["post"]["version"]
    elif "version" in payload:
        yield f"post {payload['postId']}", payload["version"]
    if "comment" in payload:
        yield f"comment {payload['comment']['id']}", payload["comment"]["version"]


def _wrong_writes(history: History) -> Iterator[str]:
    """What was answered is in the log once; what was refused or rolled back is not."""
    made: defaultdict[str, list[str]] = defaultdict(list)
    for entry in history.entries:
        made[entry.op or ""].append(entry.type)
    # What was told of a subject that is gone is erased once a minute, and bears no name then.
    erased = Counter(entry.type for entry in history.entries if entry.payload is None)
    for write in history.writes:
        types = made[write.op]
        if write.outcome == "done":
            for kind in write.tells:
                if not types.count(kind) and erased[kind]:
                    erased[kind] -= 1
                elif types.count(kind) != write.tells.count(kind):
                    yield f"lost: {write.op} {write.kind} was answered {write.answer}: {types}"
        elif write.outcome != "unknown" and types:
            yield f"phantom: {write.op} {write.kind} was {write.outcome}: {types}"
        for kind in set(write.tells):
            if types.count(kind) > write.tells.count(kind):
                yield f"twice: {write.op} {write.kind} made {types}"


def _wrong_order(history: History) -> Iterator[str]:
    """Where A was answered before B began, A comes first."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for entry in history.entries:
        places[entry.op or ""].append(entry.seq)
    done = sorted(
        (write.end, max(places[write.op]), write.op)
        for write in history.writes
        if write.end is not None and places[write.op]
    )
    highest: list[tuple[int, str]] = []
    for _end, seq, op in done:
        highest.append(max((seq, op), highest[-1] if highest else (0, "")))
    ends = [end for end, _seq, _op in done]
    for write in history.writes:
        before = bisect_right(ends, write.begin)
        if before and places[write.op] and highest[before - 1][0] > min(places[write.op]):
            seq, op = highest[before - 1]
            yield f"order: {op} at {seq} was answered before {write.op} began: {places[write.op]}"


# -- what readers got ----------------------------------------------------------------------------


def _wrong_frames(history: History) -> Iterator[str]:
    """Every reader gets the same frame of an entry, and it is the entry's."""
    expected = {entry.seq: _frame(entry, history.epoch) for entry in history.entries}
    for stretch in history.stretches:
        for frame in stretch.frames:
            wanted = expected.get(int(frame["seq"]))
            if wanted is None:
                yield f"phantom: {stretch.session} got {frame}, which is not in the log"
            elif frame != wanted and wanted["payload"] is not None:
                yield f"frame: {stretch.session} got {frame} for {wanted}"


def _frame(entry: Entry, epoch: str) -> Json:
    frame = {
        "type": entry.type,
        "payload": entry.payload,
        "seq": str(entry.seq),
        "cursor": f"{epoch}-{entry.seq}",
        "rooms": list(entry.rooms),
        "ts": entry.ts,
    }
    return frame if entry.op is None else {**frame, "op": entry.op}


def _wrong_streams(history: History) -> Iterator[str]:
    """Ascending and once per reader, through all sessions and transports."""
    newest: dict[str, int] = {}
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for stretch in history.stretches:
        if stretch.after < newest.get(stretch.reader, 0):
            newest[stretch.reader] = stretch.after
            yield f"cursor: {stretch.session} goes on from {stretch.after}, behind what it had"
        for frame in stretch.frames:
            seq = int(frame["seq"])
            if seq in seen[stretch.reader]:
                yield f"twice: {stretch.session} got {seq} {frame['type']} again"
            elif seq <= newest.get(stretch.reader, 0) and not _was_asked_for(stretch, seq):
                yield f"late: {stretch.session} got {seq} {frame['type']} after its cursor"
            seen[stretch.reader].add(seq)
            newest[stretch.reader] = max(seq, newest.get(stretch.reader, 0))
        newest[stretch.reader] = max(stretch.upto, newest.get(stretch.reader, 0))


def _was_asked_for(stretch: Stretch, seq: int) -> bool:
    """A sync holds what its reader may see now: of what it has passed, too, and was not sent."""
    return stretch.asked is not None and seq > stretch.asked


def _wrong_rights(history: History, facts: Facts) -> Iterator[str]:
    """Nothing is missing that the reader was to get, and nothing was sent that was not."""
    clock = _Clock(history)
    for stretch in history.stretches:
        got = {int(frame["seq"]): frame for frame in stretch.frames}
        window = clock.window(stretch)
        for entry in clock.entries(stretch):
            if entry.payload is None and entry.type:
                continue  # erased before anybody looked: who was to get it is not known
            must, may = _promise(facts, clock, stretch, entry, window)
            if must and entry.seq not in got:
                yield f"lost: {_where(stretch, window)} did not get {_name(entry)}"
            if not may and entry.seq in got:
                yield f"forbidden: {_where(stretch, window)} got {_name(entry)}"
        for seq in got:
            if seq <= stretch.after and not facts.is_told_again_to(stretch.user, seq, window)[1]:
                yield f"forbidden: {_where(stretch, window)} got {seq}, which it had passed"


def _promise(
    facts: Facts, clock: "_Clock", stretch: Stretch, entry: Entry, window: tuple[int, int]
) -> tuple[bool, bool]:
    """Whether the stretch must hold the entry, and whether it may."""
    user, seq = stretch.user, entry.seq
    live = facts.is_live_for(user, seq)
    if stretch.promise == "live":
        return live, live
    if stretch.promise == "replay, then live" and clock.begin(entry) > stretch.until:
        return live, live
    must, may = facts.is_told_again_to(user, seq, window)
    if stretch.promise == "replay" or (
        stretch.promise == "replay, then live" and seq <= clock.known_at(stretch.begin)
    ):
        return must, may
    return live and must, live or may


def _where(stretch: Stretch, window: tuple[int, int]) -> str:
    span = f"({stretch.after}, {stretch.upto}]"
    return f"{stretch.session} ({stretch.promise} {span}, rights of {window[0]} to {window[1]})"


def _name(entry: Entry) -> str:
    return f"{entry.seq} {entry.type} of {entry.op} to {entry.rooms}"


class _Clock:
    """When entries came to be, as far as their writers' clocks tell."""

    def __init__(self, history: History) -> None:
        self._entries = history.entries
        self._seqs = [entry.seq for entry in history.entries]
        self._start = history.start
        self._writes: dict[str, Write] = {write.op: write for write in history.writes}
        ended = (
            (write.end, entry.seq)
            for entry in history.entries
            if (write := self._writes.get(entry.op or "")) and write.end is not None
        )
        self._ended = sorted(ended)

    def entries(self, stretch: Stretch) -> list[Entry]:
        """Those that the stretch is about."""
        first = bisect_right(self._seqs, stretch.after)
        return self._entries[first : bisect_right(self._seqs, stretch.upto)]

    def begin(self, entry: Entry) -> float:
        """When its write was begun: before that nobody can have known of it."""
        write = self._writes.get(entry.op or "")
        return write.begin if write is not None else 0.0

    def known_at(self, moment: float) -> int:
        """The last entry whose write had been answered: all up to it was there for everybody."""
        count = bisect_right(self._ended, (moment, 0))
        return max((seq for _end, seq in self._ended[:count]), default=self._start)

    def window(self, stretch: Stretch) -> tuple[int, int]:
        """First and last place in the log whose truth a replay can have used."""
        first = self.known_at(stretch.begin)
        if stretch.promise == "replay":
            first = max(first, stretch.upto)
        begun = (entry.seq for entry in self._entries if self.begin(entry) <= stretch.until)
        return first, max(first, max(begun, default=first))
