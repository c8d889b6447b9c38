"""Posts, their comments, likes, hashtags and mentions.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
A save or delete keeps counters and version true, whoever calls it: REST, page, admin or shell.
Everything under a post first takes the post's row lock (its ``version``), so that what is told of
it has one order. Rights are ``rights.py``'s.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.querysets import RowByRow
from posts import hashtags
from posts.events import Reason
from posts.hiding import Hideable
from posts.mentions import mentioned_in
from posts.querysets import Comments, Posts
from posts.words import HashtagFollow, Mention, PostHashtag
from realtime.errors import NotFound
from realtime.models import Model
from realtime.rest.text import plain_text
from realtime.transactions import atomic

__all__ = ["Comment", "HashtagFollow", "Like", "Mention", "Post", "PostHashtag", "Reach"]

MAX_BODY = 5_000
MAX_COMMENT = 2_000


@dataclass(frozen=True)
class Reach:
    """What decides whom a post reaches."""

    visibility: str
    hashtags: tuple[str, ...]
    #: Then it reaches nobody.
    is_hidden: bool = False


class Post(Hideable, Model):
    """Something said to everybody, or to the author's followers."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("everybody")
        FOLLOWERS = "followers", _("followers")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts")
    body = models.TextField(_("text"), max_length=MAX_BODY)
    visibility = models.CharField(
        _("visible to"), max_length=16, choices=Visibility, default=Visibility.PUBLIC
    )
    #: Of the body, normalized, in its order; ``PostHashtag`` finds posts by them.
    hashtags = models.JSONField(default=list, editable=False)
    like_count = models.PositiveIntegerField(default=0, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    #: Counts every change, likes and comments too.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = Posts.as_manager()

    #: How it was before the save that is going on; None for a new one.
    before: Reach | None = None
    #: Why it is being deleted, for those who see it go.
    deletion_reason: Reason = "author"
    _mentioned: "list[User] | None" = None

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("author", "-id"), name="posts_of_an_author"),)

    def __str__(self) -> str:
        return self.body[:60]

    def clean(self) -> None:
        self.body = plain_text(self.body, field="body", max_length=MAX_BODY)

    @property
    def reach(self) -> Reach:
        return Reach(self.visibility, tuple(self.hashtags), self.is_hidden)

    @property
    def mentioned(self) -> "list[User]":
        """The users whom the body names, in its order."""
        if self._mentioned is None:
            self._mentioned = [mention.user for mention in self.mentions.all()]
        return self._mentioned

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Reads hashtags and mentions off the body; raises NotFound when it was deleted since."""
        with atomic():
            is_new = self._state.adding
            # Equal in what was never edited.
            self.updated_at = self.created_at if is_new else timezone.now()
            if not is_new:
                self._take_over(Post.objects.touch(self.pk))
                if kwargs.get("update_fields") is not None:
                    kwargs["update_fields"] = {*kwargs["update_fields"], "hashtags", "updated_at"}
            self.hashtags = hashtags.in_text(self.body)
            self._mentioned = User.objects.staying(mentioned_in(self.body, self.author_id))
            super().save(*args, **kwargs)
            self._write_hashtags(is_new=is_new)
            self._write_mentions(self._mentioned, is_new=is_new)

    def _take_over(self, row: "Post") -> None:
        """What the database knows better than this instance, which may be old."""
        self.before = row.reach
        self.like_count, self.comment_count = row.like_count, row.comment_count
        self.version, self.hidden_at = row.version, row.hidden_at

    def turn(self, hidden_at: datetime | None) -> bool:
        """Not an edit: ``updated_at`` stays, and text and reach are as others have left them."""
        with atomic():
            if not Post.objects.hold(self.pk):
                raise NotFound("there is no such post")
            self.refresh_from_db()
            if self.is_hidden == (hidden_at is not None):
                return False
            self._take_over(Post.objects.touch(self.pk))
            self.hidden_at, self._mentioned = hidden_at, None
            super().save(update_fields=["hidden_at"])
            return True

    def _write_hashtags(self, *, is_new: bool) -> None:
        kept = set() if is_new else set(self.tags.values_list("tag", flat=True))
        if gone := kept.difference(self.hashtags):
            self.tags.filter(tag__in=gone).delete()
        PostHashtag.objects.bulk_create(
            PostHashtag(post=self, tag=tag) for tag in self.hashtags if tag not in kept
        )

    def _write_mentions(self, users: "list[User]", *, is_new: bool) -> None:
        kept = [] if is_new else list(self.mentions.values_list("user", flat=True))
        if kept == [user.pk for user in users]:
            return
        # All anew: their keys carry the order of the body.
        if kept:
            self.mentions.all().delete()
        Mention.objects.bulk_create(Mention(post=self, user=user) for user in users)

    def delete(
        self, *args: Any, reason: Reason = "author", **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        """Takes all that is under it along, in silence; nothing when another was faster."""
        with atomic():
            # The lock first: a like that comes now must not be left without its post.
            if not Post.objects.hold(self.pk):
                return 0, {}
            row = Post.objects.get(pk=self.pk)
            self.visibility, self.hashtags = row.visibility, row.hashtags
            self.hidden_at = row.hidden_at
            self.deletion_reason = reason
            return super().delete(*args, **kwargs)


class UnderPost(Model):
    """A row that its post counts: the post first, which takes the lock, then the row."""

    #: The post's field that counts these rows.
    counter: str
    #: Whether the post counted it before the save or deletion that is going on.
    was_counted = True
    deletion_reason: Reason = "author"

    post = models.ForeignKey(Post, models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def is_counted(self) -> bool:
        return True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Leaves in ``post`` the post as it is then; raises NotFound when that is gone."""
        with atomic():
            before = self.was_counted and not self._state.adding
            self.post = Post.objects.touch(self.post_id, **{self.counter: self.is_counted - before})
            super().save(*args, **kwargs)

    def delete(
        self, *args: Any, reason: Reason = "author", **kwargs: Any
    ) -> tuple[int, dict[str, int]]:
        """Leaves in ``post`` the post as it is then; nothing when another was faster."""
        rows = type(self)._default_manager.filter(pk=self.pk)
        with atomic():
            # Under the lock it is the truth, and stays it, whether the row is still there.
            row = rows.first() if Post.objects.hold(self.post_id) else None
            if row is None:
                return 0, {}
            self.was_counted, self.deletion_reason = row.is_counted, reason
            self.post = Post.objects.touch(self.post_id, **{self.counter: -int(row.is_counted)})
            return super().delete(*args, **kwargs)


class Comment(Hideable, UnderPost):
    """Something said under a post."""

    counter = "comment_count"

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments")
    body = models.TextField(_("text"), max_length=MAX_COMMENT)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = Comments.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("post", "id"), name="comments_of_a_post"),)

    def __str__(self) -> str:
        return self.body[:60]

    def clean(self) -> None:
        self.body = plain_text(self.body, field="body", max_length=MAX_COMMENT)

    @property
    def is_counted(self) -> bool:
        return not self.is_hidden

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotFound when it, or its post, was deleted since."""
        with atomic():
            self.updated_at = self.created_at if self._state.adding else timezone.now()
            if not self._state.adding:
                Post.objects.hold(self.post_id)
                row = Comment.objects.filter(pk=self.pk)
                if not row.update(version=F("version") + 1):
                    raise NotFound("there is no such comment")
                kept = row.get()
                self.version, self.hidden_at = kept.version, kept.hidden_at
                self.was_counted = kept.is_counted
            super().save(*args, **kwargs)

    def turn(self, hidden_at: datetime | None) -> bool:
        """Not an edit: ``updated_at`` stays, and the text is as others have left it."""
        with atomic():
            Post.objects.hold(self.post_id)
            if not Comment.objects.filter(pk=self.pk).exists():
                raise NotFound("there is no such comment")
            self.refresh_from_db()
            if self.is_hidden == (hidden_at is not None):
                return False
            self.was_counted = self.is_counted
            self.hidden_at, self.version = hidden_at, self.version + 1
            super().save(update_fields=["hidden_at", "version"])
            return True


class Like(UnderPost):
    """One user likes one post."""

    counter = "like_count"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="likes")

    objects = RowByRow["Like"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("post", "user"), name="like_once"),)

    def __str__(self) -> str:
        return f"{self.user} ♥ {self.post_id}"
