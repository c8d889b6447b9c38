"""Pages of posts: feeds, a post with its thread, a person, a hashtag; and their forms.

They write through ``actions.py``, as REST does, and work without JavaScript: a form is answered
by a redirect, or by its page again with what is wrong.
"""

from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import names
from accounts.models import User
from accounts.page_context import frame, page, reader_of
from accounts.pages import back
from accounts.profiles import profiles
from accounts.rights import known_user
from posts import actions, hashtags
from posts.feeds import home_sources, tagged
from posts.models import MAX_BODY, MAX_COMMENT
from posts.page_context import Feed, cards, comments, followed_among, shown
from posts.rights import (
    home_feed,
    public_feed,
    visible_comment,
    visible_comments,
    visible_post,
    visible_posts,
)
from posts.words import HashtagFollow
from realtime.errors import Forbidden, NotFound

# -- feeds -----------------------------------------------------------------------------------


@page
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What everybody writes, or (``?feed=home``) those whom one follows."""
    return _feed(request)


@page
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new post, and back to where it was written."""
    body, visibility = request.POST.get("body", ""), request.POST.get("visibility", "public")
    try:
        actions.create_post(reader_of(request), body, visibility)
    except ValidationError as error:
        draft = {"draft": body, "draft_visibility": visibility, "wrong": error.messages[0]}
        return _feed(request, draft, status=400)
    return back(request)


def _feed(
    request: HttpRequest, draft: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    way = "home" if request.GET.get("feed") == "home" else "public"
    context = frame(request, way=way)
    reader, older = reader_of(request), "before" in request.GET
    if way == "home":
        about = Feed(
            "home",
            _("Following"),
            _("Follow people to see their posts here."),
            "/posts?feed=home",
            is_older=older,
            sources=home_sources(reader.pk),
        )
        context |= cards(request, home_feed(reader.pk), about)
    else:
        nothing = _("Nobody has written anything yet. Be the first!")
        about = Feed("public", _("Everyone"), nothing, "/posts", is_older=older)
        context |= cards(request, public_feed(reader.pk), about)
    return render(request, "posts/feed.html", context | (draft or {}), status=status)


@page
@require_safe
def tag(request: HttpRequest, tag: str) -> HttpResponse:
    """All that is written under a hashtag."""
    key = hashtags.normalize(tag)
    if key is None:
        raise NotFound("no text can have such a tag")
    context = frame(request)
    nothing = _("Nobody has used this tag yet.")
    older = "before" in request.GET
    api = f"/posts?hashtag={key}"
    about = Feed("tag", f"#{key}", nothing, api, key, is_older=older, sources=tagged([key]))
    reader = reader_of(request)
    context |= cards(request, visible_posts(reader.pk).filter(tags__tag=key), about)
    context["is_followed"] = HashtagFollow.objects.filter(user=reader, tag=key).exists()
    return render(request, "posts/tag.html", context)


@page
@require_POST
def follow_tag(request: HttpRequest, tag: str) -> HttpResponse:
    """Follow a hashtag, or end it (``follow=0``)."""
    act = actions.follow_hashtag if request.POST.get("follow") == "1" else actions.unfollow_hashtag
    try:
        key = act(reader_of(request), tag)
    except ValidationError:  # no hashtag, or one too many: no button asks for that
        raise Http404 from None
    return back(request, f"/tags/{quote(key)}/")


@page
@require_safe
def profile(request: HttpRequest, username: str) -> HttpResponse:
    """A person and what they write."""
    reader, person = reader_of(request), _person(request, username)
    context = frame(request, way="me" if person == reader else "")
    posts = visible_posts(reader.pk).filter(author=person)
    older = "before" in request.GET
    name, api = person.display_name, f"/posts?author={person.pk}"
    about = Feed("author", name, _("No posts yet."), api, str(person.pk), is_older=older)
    context |= cards(request, posts, about) | {
        "person": profiles(reader, [person])[0],
        "post_count": posts.count(),
    }
    return render(request, "posts/profile.html", context)


def _person(request: HttpRequest, username: str) -> User:
    person = User.objects.filter(username_key=names.key(username)).first()
    return known_user(reader_of(request), str(person.pk) if person else "")


# -- a post ----------------------------------------------------------------------------------


@page
@require_safe
def thread(request: HttpRequest, post_id: str) -> HttpResponse:
    """A post and its comments."""
    return _thread(request, post_id)


@page
@require_POST
def comment(request: HttpRequest, post_id: str) -> HttpResponse:
    """A comment, and back to the thread, at the comment."""
    body = request.POST.get("body", "")
    try:
        row = actions.add_comment(reader_of(request), post_id, body)
    except ValidationError as error:
        draft = {"draft": body, "wrong": error.messages[0]}
        return _thread(request, post_id, draft, status=400)
    return redirect(f"/posts/{post_id}/#comment-{row.pk}")


def _thread(
    request: HttpRequest, post_id: str, draft: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = frame(request)
    reader = reader_of(request)
    post = visible_post(reader, post_id)
    context |= comments(request, visible_comments(reader.pk).filter(post=post))
    context["post"] = shown(reader, [post])[0]
    context["followed"] = followed_among(reader, [post])
    return render(request, "posts/thread.html", context | (draft or {}), status=status)


@page
@require_POST
def like(request: HttpRequest, post_id: str) -> HttpResponse:
    """Like a post, or not any more (``like=0``)."""
    act = actions.like_post if request.POST.get("like") == "1" else actions.unlike_post
    act(reader_of(request), post_id)
    return back(request, f"/posts/{post_id}/")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, post_id: str) -> HttpResponse:
    """Change one's own post."""
    reader = reader_of(request)
    post = visible_post(reader, post_id)
    if post.author != reader:
        raise Forbidden("only the author edits a post")
    form = {"draft": post.body, "visibility": post.visibility, "limit": MAX_BODY}
    if request.method == "POST":
        form |= {"draft": request.POST.get("body", "")}
        form |= {"visibility": request.POST.get("visibility", post.visibility)}
        try:
            actions.edit_post(
                reader, post_id, body=str(form["draft"]), visibility=str(form["visibility"])
            )
        except ValidationError as error:
            form["wrong"] = error.messages[0]
        else:
            return redirect(f"/posts/{post_id}/")
    return _form(request, form | {"heading": _("Edit post"), "back": f"/posts/{post_id}/"})


@page
@require_POST
def delete(request: HttpRequest, post_id: str) -> HttpResponse:
    """Take one's own post back."""
    actions.delete_post(reader_of(request), post_id)
    return redirect("/")


# -- a comment -------------------------------------------------------------------------------


@page
@require_http_methods(["GET", "HEAD", "POST"])
def edit_comment(request: HttpRequest, comment_id: str) -> HttpResponse:
    """Change one's own comment."""
    reader = reader_of(request)
    row = visible_comment(reader, comment_id)
    if row.author != reader:
        raise Forbidden("only the author edits a comment")
    form: dict[str, Any] = {"draft": row.body, "limit": MAX_COMMENT}
    if request.method == "POST":
        form["draft"] = request.POST.get("body", "")
        try:
            actions.edit_comment(reader, comment_id, body=form["draft"])
        except ValidationError as error:
            form["wrong"] = error.messages[0]
        else:
            return redirect(f"/posts/{row.post_id}/#comment-{row.pk}")
    here = f"/posts/{row.post_id}/#comments"
    return _form(request, form | {"heading": _("Edit comment"), "back": here})


@page
@require_POST
def delete_comment(request: HttpRequest, comment_id: str) -> HttpResponse:
    """Take a comment back: one's own, or one under one's own post."""
    post_id = visible_comment(reader_of(request), comment_id).post_id
    actions.delete_comment(reader_of(request), comment_id)
    return redirect(f"/posts/{post_id}/#comments")


def _form(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 400 if "wrong" in context else 200
    return render(request, "posts/edit.html", frame(request) | context, status=status)
