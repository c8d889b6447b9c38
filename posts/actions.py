"""What people do with posts: the one road of REST, pages, admin and demo.

Life of an event:  **save** → signal → event → log → bus → hub → consumer → browser
Each call is one transaction, or part of its caller's. Texts are cleaned here; rights are read
here. Each raises NotFound for what the reader may not know of, Forbidden for what is another's,
and Django's ValidationError for a text that will not do.

What adds a row first takes its user's row lock, and reads the rights under it. A block takes the
same lock: it comes before, and is seen, or after, and then the row is older than the block. So
does the end of an account, after which nobody writes in its name.
"""

from contextlib import suppress
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from posts import hashtags
from posts.models import Comment, HashtagFollow, Like, Post
from posts.rights import visible_comment, visible_post
from realtime.errors import Forbidden, NotFound
from realtime.transactions import atomic, retrying

#: So that the rooms that one socket joins at connect stay few.
MAX_FOLLOWED_TAGS = 1_000


@retrying
def create_post(author: User, body: str, visibility: str = "public") -> Post:
    """A new post."""
    post = Post(author=author, body=body, visibility=_visibility(visibility))
    post.clean()
    with atomic():
        User.objects.lock(author.pk)
        post.save()
    return post


@retrying
def edit_post(
    reader: User, post_id: UUID | str, *, body: str | None = None, visibility: str | None = None
) -> Post:
    """The reader's own post with another text or visibility; nothing changes, nothing is told."""
    with atomic():
        post = _own_post(reader, post_id)
        # Only under the lock: an edit that was made meanwhile must not be undone by this one.
        Post.objects.hold(post.pk)
        post = _own_post(reader, post.pk)
        before = post.body, post.visibility
        post.body = post.body if body is None else body
        post.visibility = post.visibility if visibility is None else _visibility(visibility)
        post.clean()
        if (post.body, post.visibility) != before:
            post.save()
    return post


@retrying
def delete_post(reader: User, post_id: UUID | str) -> None:
    """The reader's own post is gone, with all that is under it."""
    _own_post(reader, post_id).delete()


@retrying
def like_post(reader: User, post_id: UUID | str) -> Post:
    """The reader likes the post from now on, if not already; the post as it is then."""
    with suppress(IntegrityError), atomic():  # where a second click was faster
        User.objects.lock(reader.pk)
        post = visible_post(reader, post_id)
        if not Like.objects.filter(post=post, user=reader).exists():
            Like(post=post, user=reader).save()
    return _as_it_is(post)


@retrying
def unlike_post(reader: User, post_id: UUID | str) -> Post:
    """The reader does not like the post any more; the post as it is then."""
    post = visible_post(reader, post_id)
    for like in Like.objects.filter(post=post, user=reader):
        like.delete()
    return _as_it_is(post)


@retrying
def add_comment(reader: User, post_id: UUID | str, body: str) -> Comment:
    """A new comment."""
    with atomic():
        User.objects.lock(reader.pk)
        comment = Comment(post=visible_post(reader, post_id), author=reader, body=body)
        comment.clean()
        comment.save()
    return comment


@retrying
def edit_comment(reader: User, comment_id: UUID | str, *, body: str | None = None) -> Comment:
    """The reader's own comment with another text; nothing changes, nothing is told."""
    comment = visible_comment(reader, comment_id)
    if comment.author_id != reader.pk:
        raise Forbidden("only its author may edit a comment")
    before, comment.body = comment.body, comment.body if body is None else body
    comment.clean()
    if comment.body != before:
        comment.save()
    return comment


@retrying
def delete_comment(reader: User, comment_id: UUID | str) -> None:
    """The comment, the reader's own or under the reader's post, is gone."""
    comment = visible_comment(reader, comment_id)
    if reader.pk not in (comment.author_id, comment.post.author_id):
        raise Forbidden("only its author and the post's may delete a comment")
    comment.delete()


@retrying
def follow_hashtag(reader: User, tag: str) -> str:
    """The reader follows the hashtag from now on, if not already; the tag as it is kept."""
    key = _tag(tag)
    with atomic():
        User.objects.lock(reader.pk)
        followed = HashtagFollow.objects.filter(user=reader)
        if not followed.filter(tag=key).exists():
            if followed.count() >= MAX_FOLLOWED_TAGS:
                raise ValidationError(_("One may follow at most %d hashtags.") % MAX_FOLLOWED_TAGS)
            HashtagFollow(user=reader, tag=key).save()
    return key


@retrying
def unfollow_hashtag(reader: User, tag: str) -> str:
    """The reader does not follow the hashtag any more; the tag as it is kept."""
    key = _tag(tag)
    with atomic():
        User.objects.lock(reader.pk)
        HashtagFollow.objects.filter(user=reader, tag=key).delete()
    return key


def withdraw(user: User) -> None:
    """All that a user wrote and liked is gone: what goes before the user goes."""
    Like.objects.filter(user=user).exclude(post__author=user).delete()
    Comment.objects.filter(author=user).exclude(post__author=user).delete()
    Post.objects.filter(author=user).delete()


def _own_post(reader: User, post_id: UUID | str) -> Post:
    post = visible_post(reader, post_id)
    if post.author_id != reader.pk:
        raise Forbidden("only its author may change a post")
    return post


def _as_it_is(post: Post) -> Post:
    row = Post.objects.select_related("author").filter(pk=post.pk).first()
    if row is None:
        raise NotFound("there is no such post")
    return row


def _tag(text: str) -> str:
    tag = hashtags.normalize(text)
    if tag is None:
        raise ValidationError({"tag": _("It is no hashtag.")})
    return tag


def _visibility(text: str) -> str:
    if text not in Post.Visibility.values:
        raise ValidationError({"visibility": _("It must be “public” or “followers”.")})
    return text
