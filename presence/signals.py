"""Announces to the servers who wants to be shown as online. It announces; it does not act.

Life of an event:  save → **signal** → event → log → bus → hub → consumer → browser
Imported by ``apps.py`` only.
"""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from presence.events import PresenceShown
from realtime.events import Audience
from realtime.publish import publish


@receiver(post_save, sender=User, dispatch_uid="presence.announce_shown")
def announce_shown(
    instance: User,
    created: bool,
    raw: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """Whenever it may have changed: to be told twice does no harm."""
    if not created and not raw and (update_fields is None or "show_presence" in update_fields):
        event = PresenceShown(user_id=str(instance.pk), is_shown=instance.show_presence)
        publish(event, Audience(rooms=()))
