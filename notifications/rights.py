"""Who may be told of what, which notifications are still there, and how many are not read.

Queries alone; nothing here writes.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q

from accounts.models import Block, Follow
from notifications.models import Inbox, Notification
from posts.models import Post


def who_may_know(recipients: Collection[UUID], actor_id: UUID, post: Post | None) -> set[UUID]:
    """Of the recipients those who may be told of what the actor did, under this post if any.

    Two or three queries, however many they are.
    """
    pairs = Block.objects.filter(
        Q(blocker=actor_id, blocked__in=recipients) | Q(blocked=actor_id, blocker__in=recipients)
    )
    parted = {user_id for pair in pairs.values_list("blocker", "blocked") for user_id in pair}
    allowed = set(recipients) - parted
    if post is not None and post.is_hidden:
        return set()
    if post is None or post.visibility == Post.Visibility.PUBLIC:
        return allowed
    followers = Follow.objects.filter(followed=post.author_id, follower__in=recipients)
    return allowed & {post.author_id, *followers.values_list("follower", flat=True)}


def still_there(user_id: str, notification_ids: Collection[str]) -> set[str]:
    """Of these notifications those that the user has now: asked by every replay."""
    rows = Notification.objects.of(UUID(user_id)).filter(pk__in=notification_ids)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def unread(user_ids: Collection[str]) -> Mapping[str, int]:
    """How many notifications each of these users has not read; one query."""
    counts = Inbox.objects.filter(user__in=map(UUID, user_ids)).values_list("user", "unread")
    return {**dict.fromkeys(user_ids, 0), **{str(user_id): count for user_id, count in counts}}
