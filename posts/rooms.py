"""The rooms of posts: a post's thread, and a hashtag's; and which rooms a post is told in.

Life of an event:  save → signal → event → log → bus → **hub** → consumer → browser
Rules alone; who is in a room now is the hub's business.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.rooms import PUBLIC, clean_id, following_room
from posts import hashtags
from posts.rights import visible_posts
from posts.words import HashtagFollow
from realtime.identity import Identity
from realtime.rooms import Ground, RoomKind, unknown

if TYPE_CHECKING:
    from posts.models import Post, Reach


def post_room(post_id: UUID) -> str:
    """Where those are who have the post's thread open."""
    return f"post:{post_id}"


def hashtag_room(tag: str) -> str:
    """Where those are who follow a (normalized) hashtag, or have its page open."""
    return f"hashtag:{tag}"


def post_rooms(post: "Post") -> tuple[str, ...]:
    """Where a post and all that happens under it is told."""
    return reach_rooms(post, post.reach)


def reach_rooms(post: "Post", reach: "Reach") -> tuple[str, ...]:
    """Where it would be told if it reached so far; nowhere while it is hidden."""
    if reach.is_hidden:
        return ()
    near = (following_room(post.author_id), post_room(post.pk))
    if reach.visibility != "public":
        return near
    return (PUBLIC, *near, *map(hashtag_room, reach.hashtags))


def _clean_tag(key: str) -> str:
    tag = hashtags.normalize(key)
    if tag is None:
        raise unknown(f"hashtag:{key}")
    return tag


def _anybody(reader: Identity, key: str) -> None:
    return None


def _who_sees_the_post(reader: Identity, key: str) -> Ground:
    """Not across a block with the author; a post for followers, as long as one is one."""
    posts = visible_posts(UUID(reader.user_id)).filter(pk=key)
    row = posts.values_list("author_id", "visibility").first()
    if row is None:
        raise unknown(f"post:{key}")
    author, visibility = row
    through = None if visibility == "public" else following_room(author)
    return Ground(people=(str(author),), through=through)


def _followed_at_connect(user_ids: Collection[str]) -> Mapping[str, Iterable[str]]:
    rooms: defaultdict[str, list[str]] = defaultdict(list)
    rows = HashtagFollow.objects.filter(user__in=map(UUID, user_ids))
    for user_id, tag in rows.values_list("user_id", "tag"):
        rooms[str(user_id)].append(hashtag_room(tag))
    return rooms


KINDS = (
    RoomKind(
        "post",
        _who_sees_the_post,
        clean=lambda key: clean_id("post", key),
        who="who may see the post",
        joined="no: while its thread is open",
    ),
    RoomKind(
        "hashtag",
        _anybody,
        clean=_clean_tag,
        at_connect=_followed_at_connect,
        key_name="tag",
        who="everybody; the tag in NFKC and case-folded",
        joined="the followed ones",
    ),
)
