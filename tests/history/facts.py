"""What was true at each place in the log, and who may see what: SPEC 5 once more, from scratch.

Pure. It reads types and payloads alone, not the rooms and effects that the engine acts upon: so
an event that was sent to the wrong rooms, or a right that was not taken, shows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.history.record import Entry
from tests.history.timeline import Timeline

#: Visibility of a post that is not there.
GONE = "gone"


@dataclass(frozen=True)
class Told:
    """What an entry tells of."""

    seq: int
    type: str
    #: Whose own tabs alone it is for; empty for what is told of posts.
    owner: str = ""
    #: Whom the owner must not be parted from.
    other: str = ""
    #: The post, its author, and whether the event went to everybody.
    post: str = ""
    author: str = ""
    public: bool = False
    #: For those who lost sight of it, but not for its followers.
    left_out: bool = False
    #: Whom it concerns: who is parted from one of them does not get it.
    people: tuple[str, ...] = ()
    #: What must still be there when it is told again.
    about_post: bool = False
    comment: str = ""
    notification: str = ""


class Facts:
    """Follows, blocks, posts and comments by place in the log."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.follows: defaultdict[tuple[str, str], Timeline[bool]] = _timelines(False)
        self.blocks: defaultdict[tuple[str, str], Timeline[bool]] = _timelines(False)
        self.posts: defaultdict[str, Timeline[str]] = _timelines(GONE)
        self.comments: defaultdict[str, Timeline[bool]] = _timelines(False)
        self.author_of: dict[str, str] = {}
        #: Comment → its author and post.
        self.comment_of: dict[str, tuple[str, str]] = {}
        #: Notifications that were read or withdrawn.
        self.touched: set[str] = set()
        self.told: dict[int, Told] = {}
        for entry in entries:
            self._take(entry)

    # -- reading the log -------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        family = entry.type.partition(":")[0]
        if entry.payload is None:
            return  # erased before anybody looked, or a mere change of rights
        if family == "user":
            self._take_user(entry)
        elif family == "notification":
            self._take_notification(entry)
        elif entry.type == "post:deleted":
            self._take_deletion(entry)
        elif family == "post":
            self._take_post(entry)
        elif family == "comment":
            self._take_comment(entry)

    def _take_user(self, entry: Entry) -> None:
        user, target = entry.payload["userId"], entry.payload["targetId"]
        table = self.follows if "follow" in entry.type else self.blocks
        table[user, target].set(entry.seq, ":un" not in entry.type)
        self.told[entry.seq] = Told(entry.seq, entry.type, owner=user, other=target)

    def _take_notification(self, entry: Entry) -> None:
        told = Told(entry.seq, entry.type, owner=entry.payload["userId"])
        if entry.type == "notification:new":
            news = entry.payload["notification"]
            post = news["postId"] or ""
            told = Told(
                entry.seq,
                entry.type,
                owner=told.owner,
                other=(news["actor"] or {}).get("id", ""),
                post=post,
                author=self.author_of.get(post, ""),
                about_post=bool(post),
                comment=news["commentId"] or "",
                notification=news["id"],
            )
        elif entry.payload["notificationIds"] != "all":
            self.touched.update(entry.payload["notificationIds"])
        self.told[entry.seq] = told

    def _take_deletion(self, entry: Entry) -> None:
        post = entry.payload["postId"]
        left_out = entry.payload["reason"] == "visibility"
        public = self.posts[post].at(entry.seq) == "public"
        self.posts[post].set(entry.seq, "followers" if left_out else GONE)
        author = self.author_of.get(post, "")
        self.told[entry.seq] = Told(
            entry.seq,
            entry.type,
            post=post,
            author=author,
            public=public,
            left_out=left_out,
            people=(author,),
        )

    def _take_post(self, entry: Entry) -> None:
        post, actor = entry.payload.get("postId", ""), entry.payload.get("userId", "")
        public = self.posts[post].at(entry.seq) == "public"
        if not post:
            row = entry.payload["post"]
            post, actor = row["id"], row["author"]["id"]
            self.author_of[post] = actor
            # An edit goes to the rooms that it had, too; a narrowing was told by a deletion.
            public = "public" in (row["visibility"], self.posts[post].at(entry.seq))
            self.posts[post].set(entry.seq, row["visibility"])
        author = self.author_of.get(post, "")
        self.told[entry.seq] = Told(
            entry.seq,
            entry.type,
            post=post,
            author=author,
            public=public,
            people=(author, actor),
            about_post=True,
        )

    def _take_comment(self, entry: Entry) -> None:
        post = entry.payload["postId"]
        gone = entry.type == "comment:deleted"
        comment = entry.payload["commentId"] if gone else entry.payload["comment"]["id"]
        if not gone:
            self.comment_of[comment] = (entry.payload["comment"]["author"]["id"], post)
        self.comments[comment].set(entry.seq, not gone)
        author = self.author_of.get(post, "")
        self.told[entry.seq] = Told(
            entry.seq,
            entry.type,
            post=post,
            author=author,
            public=self.posts[post].at(entry.seq) == "public",
            people=(author, self.comment_of.get(comment, ("", ""))[0]),
            about_post=True,
            comment="" if gone else comment,
        )

    # -- who may see what --------------------------------------------------------------------

    def parted(self, one: str, other: str, at: int) -> bool:
        """Whether one of the two has blocked the other."""
        return self.blocks[one, other].at(at) or self.blocks[other, one].at(at)

    def ever_parted(self, one: str, other: str) -> bool:
        return self.blocks[one, other].changed or self.blocks[other, one].changed

    def is_near(self, user: str, author: str, at: int) -> bool:
        """The author, or who follows the author."""
        return user == author or self.follows[user, author].at(at)

    def sees_post(self, user: str, post: str, at: int) -> bool:
        """Whether the post is there, for this user."""
        author = self.author_of.get(post, "")
        visibility = self.posts[post].at(at)
        return (
            visibility != GONE
            and (visibility == "public" or self.is_near(user, author, at))
            and not self.parted(user, author, at)
        )

    def sees_comment(self, user: str, comment: str, at: int) -> bool:
        """Whether the comment is there, for this user; its post aside."""
        author = self.comment_of.get(comment, ("", ""))[0]
        return self.comments[comment].at(at) and not self.parted(user, author, at)

    def is_live_for(self, user: str, seq: int) -> bool:
        """Whether the entry reaches this user as it happens: by what is true before it."""
        told, before = self.told.get(seq), seq - 1
        return told is not None and self._reaches(told, user, before)

    def _reaches(self, told: Told, user: str, at: int) -> bool:
        if told.owner:
            is_news = told.type == "notification:new" and told.other
            return told.owner == user and not (is_news and self.parted(user, told.other, at))
        near = self.is_near(user, told.author, at)
        if told.left_out:
            return told.public and not near and not self._is_parted(told, user, at)
        return (told.public or near) and not self._is_parted(told, user, at)

    def _is_parted(self, told: Told, user: str, at: int) -> bool:
        return any(self.parted(user, person, at) for person in told.people)

    def is_told_again_to(self, user: str, seq: int, window: tuple[int, int]) -> tuple[bool, bool]:
        """Whether a replay in this window must, and whether it may, hold the entry.

        The window is the first and the last place in the log whose truth the replay can have
        used: what is so in all of it is certain, what is so somewhere in it is possible.
        """
        told = self.told.get(seq)
        if told is None:
            return False, False
        if told.owner:
            return self._own_told_again(told, user, window)
        moments = self._moments(told, user, window)
        again = [self._reaches(told, user, at) and self._is_there(told, user, at) for at in moments]
        # Who has the thread open is in its room, whoever the event was for at the time.
        opened = not told.left_out and any(
            self._is_there(told, user, at) and not self._is_parted(told, user, at) for at in moments
        )
        return all(again), any(again) or opened

    def _own_told_again(self, told: Told, user: str, window: tuple[int, int]) -> tuple[bool, bool]:
        mine = told.owner == user
        parted = told.other and any(
            self.parted(user, told.other, at) for at in self._moments(told, user, window)
        )
        there = all(self._is_there(told, user, at) for at in self._moments(told, user, window))
        return mine and there and not parted and told.notification not in self.touched, mine

    def _is_there(self, told: Told, user: str, at: int) -> bool:
        return (not told.about_post or self.sees_post(user, told.post, at)) and (
            not told.comment or self.sees_comment(user, told.comment, at)
        )

    def _moments(self, told: Told, user: str, window: tuple[int, int]) -> list[int]:
        """The window's beginning, and every place in it where something of this changes."""
        first, last = window
        people = {told.author, told.other, *told.people} - {""}
        if told.comment:
            people.add(self.comment_of.get(told.comment, ("", ""))[0])
        lines: list[Timeline[bool] | Timeline[str]] = [self.posts[told.post]]
        lines += [self.comments[told.comment], self.follows[user, told.author]]
        for person in people:
            lines += [self.blocks[user, person], self.blocks[person, user]]
        return [first, *sorted({seq for line in lines for seq in line.changes(first, last)})]


def _timelines(first):  # type: ignore[no-untyped-def]
    make: Callable[[], Timeline] = lambda: Timeline(first)  # type: ignore[type-arg]  # noqa: E731
    return defaultdict(make)
