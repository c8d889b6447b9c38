"""The site's addresses and ``/inside``: what its process holds, counted in that process.

For measurements alone; no site has it.
"""

import asyncio
import os
import threading

from django.http import HttpRequest, JsonResponse
from django.urls import path

from realtime.hub import Hub
from realtime_site import urls as site


async def inside(request: HttpRequest) -> JsonResponse:
    """How many there are of what must not grow; this request is among the tasks and descriptors."""
    hub = await Hub.of_this_process()
    return JsonResponse(
        {
            "tasks": len(asyncio.all_tasks()),
            "threads": threading.active_count(),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "sockets": len(hub.sockets),
            "connections": len(hub.readers.connections),
            "rooms": sum(1 for _room in hub.readers.sizes()),
            "admission": len(hub.admission),
            "addresses": len(hub.handshakes),
        }
    )


urlpatterns = [path("inside", inside), *site.urlpatterns]
handler400, handler404, handler500 = site.handler400, site.handler404, site.handler500
