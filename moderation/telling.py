"""Who is told of a decision, and in which words: never by whom, and never who reported.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
The author reads the moderator's reason; those who reported read only that somebody looked. Of
reports that are dismissed the author hears nothing: that there were some would be no help.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from accounts.models import User
from moderation.matters import Matter
from moderation.models import Action, Decision
from notifications.actions import tell_of_moderation
from notifications.models import Inbox, Notification
from notifications.site_words import SiteWords
from posts.models import Comment, Post

#: What the author hears first.
TO_AUTHOR = {
    Action.HIDE: SiteWords.HIDDEN,
    Action.RESTORE: SiteWords.RESTORED,
    Action.DELETE: SiteWords.DELETED,
    Action.WARN: SiteWords.WARNED,
    Action.SUSPEND: SiteWords.SUSPENDED,
    Action.BAN: SiteWords.BANNED,
    Action.LIFT: SiteWords.LIFTED,
}
#: What leaves a reported thing as it is.
LET_STAND = frozenset({Action.DISMISS, Action.RESTORE})
MAX_EXCERPT = 100


def hold_inboxes(matter: Matter, reporters: Collection[User]) -> None:
    """Take all the locks that a decision needs at once, in the order of ids.

    Those who were told of the thing hear that it is gone, or of it again when it is back, before
    author and reporters are told.
    """
    touched = {matter.author.pk, *(user.pk for user in reporters)}
    thing = matter.thing
    if thing is not None:
        rows = Notification.objects.filter(**{str(thing._meta.model_name): thing}).order_by()
        touched.update(rows.values_list("recipient_id", flat=True).distinct())
    if isinstance(thing, Comment):
        touched.add(thing.post.author_id)
    elif thing is not None:
        touched.update(thing.mentions.values_list("user_id", flat=True))
    Inbox.objects.hold(*touched)


def tell(matter: Matter, decision: Decision, reporters: Collection[User]) -> None:
    """The author, and those whose reports are closed by it."""
    action = Action(decision.action)
    excerpt = f"“{_shortened(matter.text)}”" if matter.text else ""
    there = _what_is_still_there(matter, action)
    if action in TO_AUTHOR:
        until = f"{decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else ""
        lines = [TO_AUTHOR[action], until, excerpt, decision.reason]
        shown = there if action == Action.RESTORE else _Shown()
        _say(matter.author, lines, shown)
    said = SiteWords.LET_STAND if action in LET_STAND else SiteWords.ACTED
    for reporter in reporters:
        _say(reporter, [said, excerpt], there)


class _Shown(NamedTuple):
    """What a notification leads to."""

    post: Post | None = None
    comment: Comment | None = None


def _what_is_still_there(matter: Matter, action: Action) -> _Shown:
    """Where the thing can be seen; nowhere when it is hidden or gone."""
    thing = matter.thing
    if thing is None or thing.is_hidden or action == Action.DELETE:
        return _Shown()
    if isinstance(thing, Post):
        return _Shown(thing)
    return _Shown() if thing.post.is_hidden else _Shown(thing.post, thing)


def _say(user: User, lines: Iterable[str], shown: _Shown) -> None:
    text = "\n".join(str(line) for line in lines if line)
    tell_of_moderation(user, text, post=shown.post, comment=shown.comment)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_EXCERPT else f"{flat[: MAX_EXCERPT - 1]}…"
