"""What a decision is about: a post, a comment or a user, and the case of it, if it was reported.

Reads alone; what is done about it is ``decisions.py``'s.
"""

from dataclasses import dataclass
from typing import Self

from accounts.models import User
from moderation.models import Case
from posts.models import Comment, Post

#: What a moderator may choose in the admin.
Target = Case | Post | Comment | User


def subject_of(thing: Post | Comment | User) -> str:
    """How the log of decisions, and the events' log, name it."""
    return f"{thing._meta.model_name}:{thing.pk}"


@dataclass
class Matter:
    """One of these, as it is now."""

    author: User
    subject: str
    #: None for a user, and for what is gone.
    thing: Post | Comment | None = None
    case: Case | None = None
    text: str = ""

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read afresh; raises the model's DoesNotExist when it is gone without a case."""
        if isinstance(target, User):
            return cls(User.objects.get(pk=target.pk), subject_of(target))
        if isinstance(target, Case):
            return cls._of_case(Case.objects.select_related("author").get(pk=target.pk))
        thing = type(target)._default_manager.select_related("author").get(pk=target.pk)
        subject = subject_of(thing)
        case = Case.objects.filter(subject=subject).first()
        return cls(thing.author, subject, thing, case, thing.body)

    @classmethod
    def _of_case(cls, case: Case) -> Self:
        thing = case.thing
        text = case.text if thing is None else thing.body
        return cls(case.author, case.subject, thing, case, text)

    @property
    def post_id(self) -> object:
        """The post whose lock orders what is done about the thing; None where there is none."""
        if self.thing is None:
            return None
        return self.thing.pk if isinstance(self.thing, Post) else self.thing.post_id
