"""Where an account's people log in from: so that others' failures do not shut them out.

Not the addresses themselves are kept, but what can be compared with one: a digest that needs the
site's key.
"""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from realtime.models import Model
from realtime.transactions import atomic

#: For which an account is known at an address after the last login there.
KNOWN_FOR = timedelta(days=30)


class LoginPlace(Model):
    """An address from which somebody with the right password logged in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="places")
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="login_place_once"),)

    def __str__(self) -> str:
        return f"a place until {self.seen_at:%Y-%m-%d}"


def digest(place: str) -> str:
    """What is kept of a place."""
    return salted_hmac("accounts.places", place, algorithm="sha256").hexdigest()


def remember(user: models.Model, place: str) -> None:
    """The user has logged in here; places of long ago are forgotten."""
    now = timezone.now()
    mine = LoginPlace.objects.filter(user_id=user.pk)
    if not place or mine.filter(digest=digest(place)).update(seen_at=now):
        return
    mine.filter(seen_at__lt=now - KNOWN_FOR).delete()
    with suppress(IntegrityError), atomic():  # a login at the same moment was faster
        LoginPlace(user_id=user.pk, digest=digest(place), seen_at=now).save()


def is_known(account: str, place: str) -> bool:
    """Whether the account of this name key, if there is one, has logged in here lately.

    One query, whether there is such an account or not.
    """
    since = timezone.now() - KNOWN_FOR
    here = LoginPlace.objects.filter(digest=digest(place), seen_at__gte=since)
    return here.filter(user__username_key=account).exists()
