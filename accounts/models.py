"""Users, their logins, whom they follow and whom they block.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
A save or delete keeps the row's own counts true, whoever calls it. What changes between two users
first takes both row locks, in the order of ids: so a follow and a block of the same two have an
order. Rights are ``rights.py``'s.
"""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.places import LoginPlace as LoginPlace
from accounts.querysets import Blocks, Follows, RowByRow
from accounts.suspension import is_shut_out
from realtime.errors import Forbidden, NotFound
from realtime.models import Model
from realtime.rest.text import plain_text
from realtime.transactions import atomic

MAX_DISPLAY_NAME = 100
#: So that the rooms that one socket joins at connect stay few.
MAX_FOLLOWED = 5_000

#: Sent in the transaction of a user's deletion, before it (``user=``): the apps withdraw what the
#: user wrote by their own road. A cascade would take it without a word to anybody.
user_leaves = Signal()


class Users(UserManager["User"]):
    """Finds users by name without regard to case, and deletes them one by one."""

    def get_queryset(self) -> RowByRow["User"]:
        return RowByRow(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=names.key(username or ""))

    async def aget_by_natural_key(self, username: str | None) -> "User":
        return await self.aget(username_key=names.key(username or ""))

    def lock(self, *ids: UUID) -> None:
        """Take these users' row locks, in the order of ids; raises NotFound."""
        for pk in sorted(ids):
            if not self.hold(pk):
                raise NotFound("there is no such user")

    def hold(self, pk: UUID) -> bool:
        """Take one user's row lock; False when there is no such user."""
        # Nothing changes; it is the lock, without SELECT … FOR UPDATE, on every database.
        return bool(self.filter(pk=pk).update(follower_count=F("follower_count")))

    def staying(self, users: "Iterable[User]") -> "list[User]":
        """Those of the users who are there, and will be until the transaction ends.

        To write rows that point to them: a database with foreign keys sees to it by itself.
        """
        if connection.features.supports_foreign_keys:
            return list(users)
        there = {user.pk for user in sorted(users, key=lambda one: one.pk) if self.hold(user.pk)}
        return [user for user in users if user.pk in there]


class User(Model, AbstractUser):
    """Somebody who reads and writes here."""

    #: What of two names must differ.
    username_key = models.CharField(max_length=450, unique=True, editable=False)
    display_name = models.CharField(_("display name"), max_length=MAX_DISPLAY_NAME, blank=True)
    avatar_url = models.URLField(_("picture"), max_length=500, null=True, blank=True)
    show_presence = models.BooleanField(_("shown as online"), default=True)
    follower_count = models.PositiveIntegerField(default=0, editable=False)
    following_count = models.PositiveIntegerField(default=0, editable=False)
    #: For a time; a ban, which has no end, is ``is_active=False``.
    suspended_until = models.DateTimeField(
        _("suspended until"), null=True, blank=True, editable=False
    )

    objects: ClassVar[Users] = Users()

    #: The login in which a new password is set, if it is one's own: all others end.
    kept_login: "Login | None" = None
    #: Whether the save under way takes their staff status away.
    leaves_staff: bool = False

    def __str__(self) -> str:
        return self.username

    @property
    def is_suspended(self) -> bool:
        """Whether they may not be here now: banned, or suspended for a time that is not over."""
        return is_shut_out(self.is_active, self.suspended_until, now=timezone.now())

    def clean(self) -> None:
        super().clean()
        if self.display_name.strip():
            self.display_name = plain_text(
                self.display_name, field="display_name", max_length=MAX_DISPLAY_NAME, lines=False
            )
        if not names.is_of_one_alphabet(self.username or ""):
            raise ValidationError({"username": UnicodeUsernameValidator.message})
        # A form that has refused the name itself leaves none.
        same = User.objects.filter(username_key=names.key(self.username or "")).exclude(pk=self.pk)
        if same.exists():
            raise ValidationError({"username": _("A user with that username already exists.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps ``username_key`` and the display name, and never writes the counts from memory."""
        self.username_key = names.key(self.username)
        self.display_name = self.display_name.strip() or self.username[:MAX_DISPLAY_NAME]
        if not self._state.adding:
            named = kwargs.get("update_fields")
            kwargs["update_fields"] = self._own_fields() if named is None else self._with_key(named)
        super().save(*args, **kwargs)

    @staticmethod
    def _with_key(fields: Iterable[str]) -> set[str]:
        return {*fields, "username_key"} if "username" in fields else set(fields)

    def _own_fields(self) -> set[str]:
        kept = {"id", "follower_count", "following_count"} | self.get_deferred_fields()
        return {field.attname for field in self._meta.concrete_fields} - kept

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Withdraws what the user wrote and corrects the counts of all who followed or were."""
        with atomic():
            # Users before posts, as everywhere: two who wait for each other wait for ever.
            User.objects.lock(self.pk)
            User.objects.filter(following__followed=self.pk).update(
                following_count=F("following_count") - 1
            )
            User.objects.filter(followers__follower=self.pk).update(
                follower_count=F("follower_count") - 1
            )
            user_leaves.send(sender=User, user=self)
            return super().delete(*args, **kwargs)


class Login(Model):
    """One logging in, by token or by session; its id is the ``sid`` of all that it issued."""

    user = models.ForeignKey(User, models.CASCADE, related_name="logins")
    #: The id of the one refresh token that is alive; empty for a session.
    refresh_jti = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    #: When it ends by itself, if nobody refreshes it before.
    expires_at = models.DateTimeField()
    #: When somebody ended it.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user} since {self.created_at:%Y-%m-%d %H:%M}"


class Follow(Model):
    """One user reads what another writes."""

    follower = models.ForeignKey(User, models.CASCADE, related_name="following")
    followed = models.ForeignKey(User, models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Follows.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("follower", "followed"), name="follow_once"),
        )

    def __str__(self) -> str:
        return f"{self.follower} → {self.followed}"

    def clean(self) -> None:
        if self.follower_id == self.followed_id:
            raise ValidationError({"followed": _("Nobody can follow themselves.")})
        if Block.objects.between(self.follower_id, self.followed_id).exists():
            raise ValidationError({"followed": _("One of them has blocked the other.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Counts first, which takes both users' row locks.

        Raises NotFound, also for who was blocked; Forbidden for who has blocked; ValidationError.
        """
        with atomic():
            if self._state.adding:
                self._count(1)
                self._refuse_across_a_block()
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Nothing when another was faster."""
        with atomic():
            User.objects.lock(self.follower_id, self.followed_id)
            # Under the locks this is the truth, and stays it.
            if not Follow.objects.filter(pk=self.pk).exists():
                return 0, {}
            self._count(-1)
            return super().delete(*args, **kwargs)

    def _refuse_across_a_block(self) -> None:
        """Under the locks: a block that was made meanwhile counts."""
        blocks = Block.objects.between(self.follower_id, self.followed_id)
        blockers = set(blocks.values_list("blocker_id", flat=True))
        if self.follower_id in blockers:
            raise Forbidden("end the block before you follow")
        if blockers:
            raise NotFound("there is no such user")

    def _count(self, by: int) -> None:
        for pk in sorted((self.follower_id, self.followed_id)):
            user = User.objects.filter(pk=pk)
            if pk == self.followed_id:
                done = user.update(follower_count=F("follower_count") + by)
            else:
                limit = MAX_FOLLOWED - max(by, 0)
                done = user.filter(following_count__lte=limit).update(
                    following_count=F("following_count") + by
                )
            if not done and user.exists():
                raise ValidationError(_("One may follow at most %d people.") % MAX_FOLLOWED)
            if not done:
                raise NotFound("there is no such user")


class Block(Model):
    """One user wants nothing to do with another; from then on neither exists for the other."""

    blocker = models.ForeignKey(User, models.CASCADE, related_name="blocking")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Blocks.as_manager()

    #: Whether the other has blocked too: then the end of this one does not bring them together.
    is_mutual: bool = False

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("blocker", "blocked"), name="block_once"),)

    def __str__(self) -> str:
        return f"{self.blocker} ⊘ {self.blocked}"

    def clean(self) -> None:
        if self.blocker_id == self.blocked_id:
            raise ValidationError({"blocked": _("Nobody can block themselves.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Ends the follows both ways before it; raises NotFound when one of the two is gone."""
        with atomic():
            if self._state.adding:
                User.objects.lock(self.blocker_id, self.blocked_id)
                # Before the block is told: the ends of the follows are news to both.
                for follow in Follow.objects.between(self.blocker_id, self.blocked_id):
                    follow.delete()
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Nothing when another was faster."""
        with atomic():
            User.objects.lock(self.blocker_id, self.blocked_id)
            between = Block.objects.between(self.blocker_id, self.blocked_id)
            if not between.filter(pk=self.pk).exists():
                return 0, {}
            self.is_mutual = between.exclude(pk=self.pk).exists()
            return super().delete(*args, **kwargs)
