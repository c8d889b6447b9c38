"""What readers do: report. The one road of REST and pages.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
A report is news to nobody: it is a row in the moderators' queue. Each call is one transaction, or
part of its caller's, and raises NotFound for what the reader may not know of, and
ValidationError for one's own (whoever regrets it can delete it) and for a reason that will not do.
"""

from contextlib import suppress
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.matters import subject_of
from moderation.models import MAX_REASON, Case, Report
from posts.models import Comment, Post
from posts.rights import visible_comment, visible_post
from realtime.rest.text import plain_text
from realtime.transactions import atomic, retrying


@retrying
def report_post(reader: User, post_id: UUID | str, reason: str) -> None:
    """A moderator shall look at the post. Once per reader: later ones change nothing."""
    with atomic():
        User.objects.lock(reader.pk)
        Post.objects.hold(visible_post(reader, post_id).pk)
        _report(reader, visible_post(reader, post_id), reason)


@retrying
def report_comment(reader: User, comment_id: UUID | str, reason: str) -> None:
    """A moderator shall look at the comment. Once per reader, as above."""
    with atomic():
        User.objects.lock(reader.pk)
        Post.objects.hold(visible_comment(reader, comment_id).post_id)
        _report(reader, visible_comment(reader, comment_id), reason)


def has_reported(reader: User, thing: Post | Comment) -> bool:
    """Whether the reader has reported it before."""
    return Report.objects.filter(case__subject=subject_of(thing), reporter=reader).exists()


def _report(reader: User, thing: Post | Comment, reason: str) -> None:
    """Under the lock of its post: of what is deleted meanwhile no case is made."""
    if thing.author_id == reader.pk:
        raise ValidationError(_("Nobody can report what they wrote themselves."))
    reason = plain_text(reason, field="reason", max_length=MAX_REASON)
    if has_reported(reader, thing):  # under the reader's lock this stays true
        return
    case = _opened(thing)
    Report(case=case, reporter=reader, reason=reason).save()


def _opened(thing: Post | Comment) -> Case:
    """The thing's case, open from now on; made by the first who reports it."""
    subject = subject_of(thing)
    about = {"post": thing} if isinstance(thing, Post) else {"comment": thing}
    case = Case.objects.filter(subject=subject)
    # The update takes the lock: a decision is made before this report, or about it too.
    while not case.update(is_open=True, reported_at=timezone.now(), text=thing.body):
        with suppress(IntegrityError), atomic():  # when another made it meanwhile
            Case(subject=subject, author=thing.author, text=thing.body, **about).save()
    return case.get()
