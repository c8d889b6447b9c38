"""django-eventstream on uvicorn, with its Redis; the channels are in the address."""

# mypy: ignore-errors
# It runs in the peers' own environment, and looks like what their documentation shows.

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="stream",
    INSTALLED_APPS=["django_eventstream"],
    EVENTSTREAM_REDIS={"host": "127.0.0.1", "port": int(os.environ["REDIS_PORT"]), "db": 0},
)
django.setup()

import django_eventstream  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("events/", include(django_eventstream.urls))]
app = get_asgi_application()
