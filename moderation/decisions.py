"""What moderators do: the one road of the admin and of whatever may come beside it.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Each decision is one transaction: what is done, the row in the log of decisions, the end of the
reports, and the words to author and reporters are there together or not at all.

Locks in the order of the house: user, post, case, inboxes.
"""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import User
from moderation import acts, telling
from moderation.matters import Matter, Target
from moderation.models import MAX_REASON, Action, Case, Decision, Report
from moderation.rights import ABOUT_PEOPLE, require
from posts.models import Post
from realtime.errors import NotFound
from realtime.rest.text import plain_text
from realtime.transactions import atomic, retrying


@retrying
def decide(
    moderator: User, action: Action, target: Target, *, reason: str, until: datetime | None = None
) -> Decision | None:
    """Do it; None, and nothing is written, where it is so already or the thing is gone.

    ``until`` is the end of a suspension. Raises Forbidden, and ValidationError for a reason that
    will not do.
    """
    reason = plain_text(reason, field="reason", max_length=MAX_REASON)
    with atomic():
        matter = _held(action, target)
        if matter is None:
            return None
        require(moderator, action, matter)
        open_reports = _close(matter.case)
        reporters = [report.reporter for report in open_reports]
        telling.hold_inboxes(matter, reporters)
        if not acts.ACTS[action](matter, until) and not open_reports:
            return None
        decision = _write(moderator, action, matter, reason, until, len(open_reports))
        Report.objects.filter(pk__in=[one.pk for one in open_reports]).update(decision=decision)
        telling.tell(matter, decision, reporters)
    return decision


def _held(action: Action, target: Target) -> Matter | None:
    """What it is about, under its lock; None where there is nothing left to do this to."""
    try:
        matter = Matter.of(target)
        if action in ABOUT_PEOPLE:
            acts.lock(matter.author)
        elif matter.post_id is not None:
            Post.objects.hold(matter.post_id)  # type: ignore[arg-type]  # it is a key
            matter = Matter.of(target)  # as it is under the lock
    except (ObjectDoesNotExist, NotFound):
        return None
    needs_thing = action in (Action.HIDE, Action.RESTORE, Action.DELETE)
    return None if needs_thing and matter.thing is None else matter


def _close(case: Case | None) -> list[Report]:
    """No report of the case is open any more; those that were."""
    # The update first, which takes the lock: a report that comes now opens the case anew.
    if case is None or not Case.objects.filter(pk=case.pk).update(is_open=False):
        return []
    return list(Report.objects.filter(case=case, decision=None).select_related("reporter"))


def _write(
    moderator: User,
    action: Action,
    matter: Matter,
    reason: str,
    until: datetime | None,
    report_count: int,
) -> Decision:
    decision = Decision(
        action=action,
        moderator_id=moderator.pk,
        moderator_name=moderator.username,
        subject=matter.subject,
        author_id=matter.author.pk,
        author_name=matter.author.username,
        text=matter.text,
        reason=reason,
        until=until if action == Action.SUSPEND else None,
        report_count=report_count,
    )
    decision.save()
    return decision
