"""The group of operators: who may send sockets away, beside superusers.

Made once, after the migration that makes its right; what an operator changes of it stays.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connections

NAME = "Operators"
#: The right's codename, and its name as ``has_perm`` wants it.
CODENAME = "reconnect_sockets"
RIGHT = f"realtime.{CODENAME}"


def make_group(using: str, **kwargs: Any) -> None:
    """After a migration (``post_migrate``): the group, where there is none."""
    if Group._meta.db_table not in connections[using].introspection.table_names():
        return  # the engine's own tables were made first
    group, is_new = Group.objects.using(using).get_or_create(name=NAME)
    if is_new:
        rights = Permission.objects.using(using).filter(content_type__app_label="realtime")
        group.permissions.set(rights.filter(codename=CODENAME))
