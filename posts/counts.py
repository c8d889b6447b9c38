"""Which counts posts have beside their rows; ``accounts.counts`` looks at them."""

from typing import Any

from django.db.models import F, Q

from accounts.counts import Counter
from posts.models import Comment, Like, Post


def _version() -> dict[str, Any]:
    """So that a client which fetches the post takes the count for newer than what it has."""
    return {"version": F("version") + 1}


def _shown() -> Q:
    """What is hidden does not count."""
    return Q(hidden_at=None)


COUNTERS = (
    Counter(Post, "like_count", Like, "post", Post.objects.hold, _version),
    Counter(Post, "comment_count", Comment, "post", Post.objects.hold, _version, only=_shown),
)
