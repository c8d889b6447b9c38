"""The group of moderators, with the rights that the work needs and no other.

Made once, after the migration that makes its rights; what an operator changes of it stays.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission

NAME = "Moderators"
#: App and codename. To see posts, comments and users is to choose some of them in their lists.
RIGHTS = (
    ("moderation", "moderate"),
    ("moderation", "view_case"),
    ("moderation", "view_decision"),
    ("posts", "view_post"),
    ("posts", "view_comment"),
    ("accounts", "view_user"),
)


def make_group(using: str, **kwargs: Any) -> None:
    """After a migration (``post_migrate``): the group, where there is none."""
    group, is_new = Group.objects.using(using).get_or_create(name=NAME)
    if is_new:
        rights = Permission.objects.using(using)
        group.permissions.set(
            right
            for app, codename in RIGHTS
            for right in rights.filter(content_type__app_label=app, codename=codename)
        )
