"""Readers for the benchmark: users with a login each, as their access tokens, one a line.

``python -m benchmarks.peers.ours_people COUNT`` in a site's environment. The first one writes;
the others follow it and its hashtag.
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


def main(count: int) -> None:
    names = [f"reader{number}" for number in range(count)]
    users = [User(username=name, username_key=key(name)) for name in names]
    with atomic():
        User.objects.bulk_create(users)
        writer, readers = users[0], users[1:]
        Follow.objects.bulk_create(Follow(follower=one, followed=writer) for one in readers)
        HashtagFollow.objects.bulk_create(HashtagFollow(user=one, tag="bench") for one in readers)
        for one in users:
            print(open_login(one).access)


if __name__ == "__main__":
    main(int(sys.argv[1]))
