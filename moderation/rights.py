"""Who may decide about what.

Questions to the rows given; what the admin offers hangs on the same right.
"""

from accounts.models import User
from moderation.matters import Matter
from moderation.models import Action
from realtime.errors import Forbidden

RIGHT = "moderation.moderate"
#: What is done to a user rather than to a text.
ABOUT_PEOPLE = frozenset({Action.WARN, Action.SUSPEND, Action.BAN, Action.LIFT})


def require(moderator: User, action: Action, matter: Matter) -> None:
    """Raises Forbidden for who may not do this.

    Nobody judges themselves, and a moderator does nothing to staff: otherwise one who goes astray
    could shut out the others. A superuser may, but for shutting themselves out.
    """
    if not moderator.has_perm(RIGHT):
        raise Forbidden("only moderators decide")
    is_own = matter.author == moderator
    if is_own and (action in ABOUT_PEOPLE or not moderator.is_superuser):
        raise Forbidden("nobody decides about themselves")
    if action in ABOUT_PEOPLE and matter.author.is_staff and not moderator.is_superuser:
        raise Forbidden("only a superuser decides about staff")
