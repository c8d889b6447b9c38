"""What each action does to a post, a comment or a user, by their own roads: so all of it is live.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
In the caller's transaction. Each says whether it changed anything.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from moderation.matters import Matter
from moderation.models import Action

Act = Callable[[Matter, datetime | None], bool]


def _hide(matter: Matter, until: datetime | None) -> bool:
    return matter.thing is not None and matter.thing.hide()


def _restore(matter: Matter, until: datetime | None) -> bool:
    return matter.thing is not None and matter.thing.restore()


def _delete(matter: Matter, until: datetime | None) -> bool:
    return matter.thing is not None and bool(matter.thing.delete(reason="moderation")[0])


def _leave(matter: Matter, until: datetime | None) -> bool:
    return False


def _warn(matter: Matter, until: datetime | None) -> bool:
    return True


def _suspend(matter: Matter, until: datetime | None) -> bool:
    matter.author.suspended_until = until
    matter.author.save(update_fields=["suspended_until"])
    return True


def _ban(matter: Matter, until: datetime | None) -> bool:
    was_active, matter.author.is_active = matter.author.is_active, False
    matter.author.save(update_fields=["is_active"])
    return was_active


def _lift(matter: Matter, until: datetime | None) -> bool:
    was_suspended = matter.author.is_suspended
    matter.author.is_active, matter.author.suspended_until = True, None
    matter.author.save(update_fields=["is_active", "suspended_until"])
    return was_suspended


ACTS: dict[Action, Act] = {
    Action.HIDE: _hide,
    Action.RESTORE: _restore,
    Action.DELETE: _delete,
    Action.DISMISS: _leave,
    Action.WARN: _warn,
    Action.SUSPEND: _suspend,
    Action.BAN: _ban,
    Action.LIFT: _lift,
}


def lock(user: User) -> None:
    """Take the row lock of a user about whom is decided, and read them under it."""
    User.objects.lock(user.pk)
    user.refresh_from_db()
