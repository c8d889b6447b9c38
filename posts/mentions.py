"""Whom a text names: ``@`` and a user name, looked up among the users that its author may know of.

One query for a whole text; nothing here writes.
"""

from uuid import UUID

from accounts import names
from accounts.models import User
from accounts.rights import parted_from

LIMIT = 20


def mentioned_in(body: str, author_id: UUID) -> list[User]:
    """The first LIMIT different users that a text names, in its order.

    Across a block a name is nobody's: it does not become a link, and nobody hears of it.
    """
    guesses = list(dict.fromkeys(names.mentions(body)))
    keys = {key for keys in guesses for key in keys}
    if not keys:
        return []
    users = User.objects.filter(username_key__in=keys).exclude(parted_from(author_id))
    known = {user.username_key: user for user in users}
    found: dict[str, User] = {}
    for keys_of_one in guesses:
        key = next((key for key in keys_of_one if key in known), None)
        if key is not None:
            found.setdefault(key, known[key])
    return list(found.values())[:LIMIT]
