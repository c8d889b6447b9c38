"""What this site tells its clients of its protocol, and the files that say it."""

from functools import cache
from pathlib import Path

from django.conf import settings

from realtime.contract import jsonschema, tables, typescript
from realtime.contract.source import Contract

PROTOCOL = "docs/protocol.md"


@cache
def contract() -> Contract:
    """Of all apps and sockets of this site."""
    from realtime_site.routing import websocket_urlpatterns  # only now are all apps there

    return Contract.of(websocket_urlpatterns)


def files() -> dict[str, str]:
    """Every file that is written from the source: its path in the repository, its text."""
    root: Path = settings.BASE_DIR
    site_types = typescript.of_site(contract())
    return {
        PROTOCOL: tables.written((root / PROTOCOL).read_text(), contract()),
        "realtime/static/realtime/types/protocol.d.ts": typescript.of_engine(contract()),
        "clients/protocol/site.d.ts": site_types,
        # Again, as a package has all that it needs inside it.
        "clients/react/src/site.ts": site_types,
        "clients/protocol/schema.json": jsonschema.bundle(contract()),
    }


def stale() -> list[str]:
    """Those that say something else now."""
    root: Path = settings.BASE_DIR
    return [
        path
        for path, text in files().items()
        if not (root / path).exists() or (root / path).read_text() != text
    ]
