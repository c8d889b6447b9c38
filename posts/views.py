"""REST about posts, likes and comments: who sends what, and what comes back.

The doing is in ``actions.py``, the rights in ``rights.py``.
"""

from collections.abc import Sequence

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.views import given, reader
from posts import actions, rights, serializers, wire
from posts.feeds import feed, sources
from posts.models import Comment, Post
from realtime.rest.pagination import Page, paginate
from realtime.rest.schema import LIST, describe
from realtime.rest.views import write

FEED = (
    OpenApiParameter("feed", enum=["public", "home"], description="`public` unless said."),
    OpenApiParameter("author", OpenApiTypes.UUID, description="Only what this user wrote."),
    OpenApiParameter("hashtag", description="Only what has this hashtag."),
)


def wire_posts(viewer: User, posts: Sequence[Post]) -> list[wire.Post]:
    """Posts as the viewer sees them; one query for all their likes."""
    liked = rights.liked(viewer, posts)
    return [wire.Post.of(post, is_liked=post.pk in liked) for post in posts]


def wire_post(viewer: User, post: Post) -> wire.Post:
    """One post as the viewer sees it."""
    return wire_posts(viewer, [post])[0]


def wire_comments(comments: Sequence[Comment]) -> list[wire.Comment]:
    """Comments as everybody who may sees them."""
    return [wire.Comment.of(comment) for comment in comments]


class PostsView(APIView):
    """``/api/posts``"""

    @describe(
        "Posts, newest first", {200: Page[wire.Post]}, parameters=(*FEED, *LIST), name="listPosts"
    )
    def get(self, request: Request) -> Response:
        viewer = reader(request)
        query = request.query_params.dict()
        page = paginate(
            request,
            feed(viewer, query),
            lambda posts: wire_posts(viewer, posts),
            sources=sources(viewer, query),
        )
        return Response(page)

    @describe(
        "Write a post", {201: wire.Post}, takes=serializers.PostInput, writes=True, name="writePost"
    )
    @write
    def post(self, request: Request) -> Response:
        data = given(serializers.PostInput, request)
        post = actions.create_post(reader(request), **data)
        return Response(wire.Post.of(post, is_liked=False), status=201)


class PostView(APIView):
    """``/api/posts/{id}``"""

    @describe("A post", {200: wire.Post}, name="readPost")
    def get(self, request: Request, post_id: str) -> Response:
        viewer = reader(request)
        return Response(wire_post(viewer, rights.visible_post(viewer, post_id)))

    @describe(
        "Edit one's post",
        {200: wire.Post},
        takes=serializers.PostInput,
        writes=True,
        name="editPost",
    )
    @write
    def patch(self, request: Request, post_id: str) -> Response:
        viewer = reader(request)
        # Before the input: to a stranger the post is not there, whatever is sent.
        rights.visible_post(viewer, post_id)
        data = given(serializers.PostInput, request, partial=True)
        return Response(wire_post(viewer, actions.edit_post(viewer, post_id, **data)))

    @describe(
        "Delete one's post, with all that is under it", {204: None}, writes=True, name="deletePost"
    )
    @write
    def delete(self, request: Request, post_id: str) -> Response:
        actions.delete_post(reader(request), post_id)
        return Response(status=204)


class LikeView(APIView):
    """``/api/posts/{id}/like``"""

    @describe("Like a post; again is no error", {200: wire.LikeState}, writes=True, name="likePost")
    @write
    def post(self, request: Request, post_id: str) -> Response:
        post = actions.like_post(reader(request), post_id)
        return Response(_like_state(post, is_liked=True))

    @describe(
        "Like a post no more; again is no error",
        {200: wire.LikeState},
        writes=True,
        name="unlikePost",
    )
    @write
    def delete(self, request: Request, post_id: str) -> Response:
        post = actions.unlike_post(reader(request), post_id)
        return Response(_like_state(post, is_liked=False))


def _like_state(post: Post, *, is_liked: bool) -> wire.LikeState:
    return wire.LikeState(like_count=post.like_count, is_liked=is_liked, version=post.version)


class CommentsView(APIView):
    """``/api/posts/{id}/comments``"""

    @describe(
        "A post's comments, oldest first",
        {200: Page[wire.Comment]},
        parameters=LIST,
        name="listComments",
    )
    def get(self, request: Request, post_id: str) -> Response:
        viewer = reader(request)
        post = rights.visible_post(viewer, post_id)
        rows = rights.visible_comments(viewer.pk).filter(post=post).select_related("author")
        return Response(paginate(request, rows, wire_comments, oldest_first=True))

    @describe(
        "Write a comment",
        {201: wire.Comment},
        takes=serializers.CommentInput,
        writes=True,
        name="writeComment",
    )
    @write
    def post(self, request: Request, post_id: str) -> Response:
        viewer = reader(request)
        rights.visible_post(viewer, post_id)
        data = given(serializers.CommentInput, request)
        comment = actions.add_comment(viewer, post_id, data["body"])
        return Response(wire.Comment.of(comment), status=201)


class CommentView(APIView):
    """``/api/comments/{id}``"""

    @describe(
        "Edit one's comment",
        {200: wire.Comment},
        takes=serializers.CommentInput,
        writes=True,
        name="editComment",
    )
    @write
    def patch(self, request: Request, comment_id: str) -> Response:
        viewer = reader(request)
        rights.visible_comment(viewer, comment_id)
        data = given(serializers.CommentInput, request, partial=True)
        return Response(wire.Comment.of(actions.edit_comment(viewer, comment_id, **data)))

    @describe(
        "Delete one's comment, or one under one's post",
        {204: None},
        writes=True,
        name="deleteComment",
    )
    @write
    def delete(self, request: Request, comment_id: str) -> Response:
        actions.delete_comment(reader(request), comment_id)
        return Response(status=204)


class HashtagFollowView(APIView):
    """``/api/hashtags/{tag}/follow``"""

    @describe(
        "Follow a hashtag; again is no error",
        {200: wire.HashtagState},
        writes=True,
        name="followHashtag",
    )
    @write
    def put(self, request: Request, tag: str) -> Response:
        actions.follow_hashtag(reader(request), tag)
        return Response(wire.HashtagState(is_followed=True))

    @describe(
        "Follow a hashtag no more; again is no error",
        {200: wire.HashtagState},
        writes=True,
        name="unfollowHashtag",
    )
    @write
    def delete(self, request: Request, tag: str) -> Response:
        actions.unfollow_hashtag(reader(request), tag)
        return Response(wire.HashtagState(is_followed=False))
