"""Everybody that docs/rights.md speaks of, and everything of one author's that they may meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.actions import block, follow
from accounts.logins import open_login
from moderation.groups import NAME
from notifications.models import Notification
from posts.actions import add_comment, create_post
from realtime import log
from tests.api import Api, person
from tests.rights.matrix import ROLES

TAG = "tea"


class World:
    """People by their column, with a token and a session each; things by their name in braces."""

    def __init__(self) -> None:
        self.people = {role: person(role) for role in ROLES[1:]}
        self.guest, outcast = person("guest"), person("outcast")
        self.author = author = self.people["author"]
        follow(self.people["follower"], str(author.pk))
        follow(author, str(self.guest.pk))
        self.names = {
            "tag": TAG,
            "author": str(author.pk),
            "author_name": author.username,
            "guest": str(self.guest.pk),
            "outcast": str(outcast.pk),
            **{name: str(thing.pk) for name, thing in self._things().items()},
        }
        block(author, str(self.people["blocked"].pk))
        block(self.people["blocker"], str(author.pk))
        self._appoint(self.people["moderator"])
        self.guest_token = open_login(self.guest).access
        self.refresh_tokens = {role: open_login(user).refresh for role, user in self.people.items()}
        self.apis = {role: self._api(role) for role in ROLES}
        self.browsers = {role: self._browser(role) for role in ROLES}
        # Last: what they have is from before.
        self._shut_out(self.people["suspended"], until=timezone.now() + timedelta(days=1))
        self._shut_out(outcast, until=timezone.now() + timedelta(days=1))
        self._shut_out(self.people["deactivated"], until=None)
        log.stamp()

    def _things(self):
        author, guest = self.author, self.guest
        post = create_post(author, f"for everybody #{TAG}")
        quiet = create_post(author, f"for those who follow #{TAG}", "followers")
        guest_post = create_post(guest, "of somebody else")
        things = {
            "post": post,
            "quiet_post": quiet,
            "hidden_post": create_post(author, "against the rules"),
            "guest_post": guest_post,
            "comment": add_comment(author, post.pk, "my own"),
            "hidden_comment": add_comment(author, post.pk, "against the rules"),
            "guest_comment": add_comment(guest, post.pk, "of a guest"),
            "comment_elsewhere": add_comment(author, guest_post.pk, "as a guest"),
        }
        things["notification"] = Notification.objects.filter(recipient=author).latest("pk")
        things["hidden_post"].hide()
        things["hidden_comment"].hide()
        return things

    def _appoint(self, user):
        user.is_staff = True
        user.save()
        user.groups.add(Group.objects.get(name=NAME))

    def _shut_out(self, user, *, until):
        user.is_active, user.suspended_until = until is not None, until
        user.save()

    def _api(self, role):
        api = Api(self.people.get(role))
        api.http = Client(enforce_csrf_checks=True)
        return api

    def _browser(self, role):
        browser = Client()
        if role in self.people:
            browser.force_login(self.people[role])
        return browser

    def fill(self, text: str, role: str = "anonymous") -> str:
        """With the things of this world in the place of their names."""
        own = self.people.get(role, self.guest)
        return text.format_map({**self.names, "own": str(own.pk)})

    def token(self, role: str) -> str | None:
        """A role's access token."""
        return self.apis[role].headers.get("Authorization", "").removeprefix("Bearer ") or None


@contextmanager
def undone() -> Iterator[None]:
    """Takes back what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
