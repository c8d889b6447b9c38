"""What is done about notifications: the one road of signals, REST, pages and socket.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Each call is one transaction, or part of its caller's.

A post names people, a comment names nobody (it has no ``mentions``). So a comment is one
notification to the post's author, whoever wrote it and whatever names are in it.
"""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import Block, Follow, User
from notifications.models import Inbox, Notification
from notifications.rights import who_may_know
from posts.models import Comment, Like, Post
from realtime.errors import NotFound
from realtime.rest.ids import parse_id
from realtime.transactions import atomic, retrying

Kind = Notification.Kind


@retrying
def mark_read(reader_id: UUID, notification_id: UUID | str) -> int:
    """The reader has read one of theirs; how many are left. Raises NotFound."""
    key = parse_id(str(notification_id))
    mine = Notification.objects.of(reader_id)
    if key is None or not mine.filter(pk=key).exists():
        raise NotFound("there is no such notification")
    return mine.filter(pk=key).mark_read(reader_id, [key])


@retrying
def mark_all_read(reader_id: UUID) -> int:
    """The reader has read all that they got; how many are left."""
    return Notification.objects.mark_read(reader_id, "all")


# -- what is told ----------------------------------------------------------------------------


def tell_of_like(like: Like) -> None:
    """The post's author; once, however often it is taken back and given again."""
    _tell(
        Notification(
            kind=Kind.LIKE,
            recipient_id=like.post.author_id,
            actor=like.user,
            post=like.post,
            cause=f"like:{like.post_id}:{like.user_id}",
        )
    )


def tell_of_comment(comment: Comment) -> None:
    """The post's author."""
    _tell(
        Notification(
            kind=Kind.COMMENT,
            recipient_id=comment.post.author_id,
            actor=comment.author,
            post=comment.post,
            comment=comment,
            cause=f"comment:{comment.pk}",
        )
    )


def tell_of_mentions(post: Post) -> None:
    """Those whom the post names, as far as they may see it and were not told before."""
    _tell(
        *(
            Notification(
                kind=Kind.MENTION,
                recipient_id=user.pk,
                actor=post.author,
                post=post,
                cause=f"mention:{post.pk}:{user.pk}",
            )
            for user in post.mentioned
        )
    )


def tell_of_follow(follow: Follow) -> None:
    """The one who is followed; once, however often it is ended and begun again."""
    _tell(
        Notification(
            kind=Kind.FOLLOW,
            recipient_id=follow.followed_id,
            actor=follow.follower,
            cause=f"follow:{follow.followed_id}:{follow.follower_id}",
        )
    )


def tell_of_moderation(
    recipient: User, text: str, *, post: Post | None = None, comment: Comment | None = None
) -> Notification:
    """The site's own words to a user, about what is still there if anything."""
    notification = Notification(
        kind=Kind.MODERATION, recipient=recipient, text=text, post=post, comment=comment
    )
    notification.save()
    return notification


def _tell(*drafts: Notification) -> None:
    """Save those of one actor's drafts that are news to people who may know of it."""
    news = _unknown([draft for draft in drafts if draft.recipient_id != draft.actor_id])
    if not news:
        return
    with atomic():
        recipients = [draft.recipient_id for draft in news]
        Inbox.objects.hold(*recipients)
        # Only under the locks: a block waits for them too, and then finds what we have written.
        actor_id, post = news[0].actor_id, news[0].post
        assert actor_id is not None
        allowed = who_may_know(recipients, actor_id, post)
        for draft in _unknown(news):
            if draft.recipient_id in allowed:
                draft.save()


def _unknown(drafts: Sequence[Notification]) -> list[Notification]:
    causes = [draft.cause for draft in drafts]
    rows = Notification.objects.filter(cause__in=causes) if causes else Notification.objects.none()
    known = set(rows.values_list("cause", flat=True))
    return [draft for draft in drafts if draft.cause not in known]


# -- what is taken back ------------------------------------------------------------------------


def withdraw_about_post(post: Post) -> None:
    """What was told of a post that goes; the site's own words stay, and lead nowhere."""
    told = Notification.objects.filter(post=post)
    told.filter(kind=Kind.MODERATION).update(post=None, comment=None)
    told.delete(forget=False)


def withdraw_about_comment(comment: Comment) -> None:
    """What was told of a comment that goes; the site's own words stay, and lead nowhere."""
    told = Notification.objects.filter(comment=comment)
    told.filter(kind=Kind.MODERATION).update(comment=None)
    told.delete(forget=False)


def withdraw_about_hidden(**about: Post | Comment) -> None:
    """What was told of a post or comment (``post=``, ``comment=``) that exists for nobody now.

    The site's own words about it stay: they are what its author should know of.
    """
    Notification.objects.filter(**about).exclude(kind=Kind.MODERATION).delete()


def withdraw_from_strangers(post: Post) -> None:
    """What was told of a post to those who may not see it now that it is for followers."""
    followers = Follow.objects.filter(followed=post.author_id).values("follower")
    told = Notification.objects.filter(post=post, kind=Kind.MENTION)
    told.exclude(recipient__in=followers).delete()


def withdraw_from_former_follower(follow: Follow) -> None:
    """What was told to a follower of posts that they may not see any more."""
    with atomic():
        # Both, as a block that ends follows both ways takes both: in the order of ids.
        Inbox.objects.hold(follow.follower_id, follow.followed_id)
        Notification.objects.of(follow.follower_id).filter(
            kind=Kind.MENTION,
            post__author=follow.followed_id,
            post__visibility=Post.Visibility.FOLLOWERS,
        ).delete()


def withdraw_between(block: Block) -> None:
    """What two people were told of each other."""
    one, other = block.blocker_id, block.blocked_id
    with atomic():
        # Also where there is nothing yet: something may be on its way, and must see the block.
        Inbox.objects.hold(one, other)
        Notification.objects.of(one).filter(actor=other).delete()
        Notification.objects.of(other).filter(actor=one).delete()


def withdraw_caused_by(user: User) -> None:
    """What others were told of a user who leaves."""
    Notification.objects.filter(actor=user).delete()
