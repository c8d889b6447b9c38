"""Whose presence may be shown to whom.

Queries alone; nothing here writes.
"""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from accounts.rights import parted
from accounts.suspension import may_be_here


def shown(user_ids: Collection[str]) -> set[str]:
    """Those of the users who let themselves be seen."""
    ids = [UUID(user_id) for user_id in user_ids]
    found = User.objects.filter(may_be_here(), pk__in=ids, show_presence=True)
    return {str(pk) for pk in found.values_list("pk", flat=True)}


def visible(reader_id: str, user_ids: Collection[str]) -> set[str]:
    """Those of the users whose presence this reader may see: not across a block."""
    return shown(user_ids) - parted([reader_id])[reader_id]
