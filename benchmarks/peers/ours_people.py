"""Readers for the benchmark: users with a login each, as their access tokens, one a line.

``python -m benchmarks.peers.ours_people COUNT [AUTHORS]`` in a site's environment. The first ones
write, one of them unless said; each of the others follows one of them, in turn, and the hashtag.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime_site.settings")

import django

django.setup()

from accounts.logins import open_login  # noqa: E402
from accounts.models import Follow, User  # noqa: E402
from accounts.names import key  # noqa: E402
from posts.models import HashtagFollow  # noqa: E402
from realtime.transactions import atomic  # noqa: E402


def main(count: int, authors: int = 1) -> None:
    names = [f"reader{number}" for number in range(count)]
    users = [User(username=name, username_key=key(name)) for name in names]
    with atomic():
        User.objects.bulk_create(users)
        Follow.objects.bulk_create(
            Follow(follower=one, followed=users[number % authors])
            for number, one in enumerate(users)
            if number >= authors
        )
        tagged = users[authors:]
        HashtagFollow.objects.bulk_create(HashtagFollow(user=one, tag="bench") for one in tagged)
        for one in users:
            print(open_login(one).access)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
