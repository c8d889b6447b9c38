"""The ASGI application: HTTP to Django, sockets to the consumers."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime_site.settings")
django.setup(set_prefix=False)  # before anything that needs the apps

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

from realtime.access import RequestIds  # noqa: E402
from realtime.handler import Handler  # noqa: E402
from realtime.lifespan import Lifespan  # noqa: E402
from realtime.turns import InTurn  # noqa: E402
from realtime_site.routing import websocket_urlpatterns  # noqa: E402

# Whoever comes through a proxy that is trusted counts under their own address.
application = RequestIds(
    ProxyHeadersMiddleware(
        ProtocolTypeRouter(
            {
                "http": InTurn(Handler()),
                "websocket": URLRouter(websocket_urlpatterns),
                "lifespan": Lifespan(),
            }
        ),
        trusted_hosts=settings.TRUSTED_PROXIES,
    )
)
