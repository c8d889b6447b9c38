"""The rows by which hashtags and mentions are found; ``posts.models`` has them with the rest.

``Post.save()`` writes a post's from its body, in silence. Who follows a hashtag is in its room.
"""

from django.conf import settings
from django.db import models

from accounts.querysets import RowByRow
from posts.hashtags import MAX_LENGTH
from realtime.models import Model


class PostHashtag(Model):
    """A post has a hashtag."""

    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=MAX_LENGTH)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("tag", "post"), name="tag_once"),)

    def __str__(self) -> str:
        return f"#{self.tag}"


class Mention(Model):
    """A post names a user; ordered as in the body."""

    post = models.ForeignKey("posts.Post", models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions")

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("post", "user"), name="mention_once"),)

    def __str__(self) -> str:
        return f"@{self.user}"


class HashtagFollow(Model):
    """A user reads what is written under a hashtag."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followed_hashtags"
    )
    tag = models.CharField(max_length=MAX_LENGTH)

    objects = RowByRow["HashtagFollow"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("user", "tag"), name="follow_hashtag_once"),)

    def __str__(self) -> str:
        return f"{self.user} → #{self.tag}"
