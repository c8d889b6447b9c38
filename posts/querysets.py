"""The lock that all changes under one post take, so that they have one order.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Counting and locking alone; who may do what is for ``actions.py`` and ``rights.py``.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F

from posts.hiding import Hideables
from realtime.errors import NotFound

if TYPE_CHECKING:
    from posts.models import Comment, Post  # noqa: F401 — ruff does not read the strings


class Posts(Hideables["Post"]):
    """Posts, and the row lock of one."""

    def hold(self, pk: UUID) -> bool:
        """Take the row lock until the transaction ends; False when there is no such post."""
        # Nothing changes; it is the lock, without SELECT … FOR UPDATE, on every database.
        return bool(self.filter(pk=pk).update(version=F("version")))

    def touch(self, pk: UUID, **counters: int) -> "Post":
        """Count a change, under the row lock; the post as it is then; raises NotFound."""
        changes = {name: F(name) + by for name, by in counters.items()}
        if not self.filter(pk=pk).update(version=F("version") + 1, **changes):
            raise NotFound("there is no such post")
        return self.select_related("author").get(pk=pk)


class Comments(Hideables["Comment"]):
    """Comments; those of one post together, as the posts' locks are taken in the order of ids."""

    lock_order = ("post_id", "pk")
