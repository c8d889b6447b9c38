"""The settings: what the system checks say of them, and whether pages find their files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.checks import ERROR, run_checks

from realtime.doctor.finding import Finding, ok, warning, wrong

LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def look(settings: Any) -> Iterator[Finding]:
    """All of it; where nobody else reaches the site, not what only matters then."""
    is_here = settings.DEBUG and set(settings.ALLOWED_HOSTS) <= LOCAL
    found = [*_checks(deploy=not is_here), *_mode(settings, is_here)]
    yield from found or [
        ok("settings.fine", "The settings contradict neither sense nor each other.")
    ]


def _checks(*, deploy: bool) -> Iterator[Finding]:
    """What ``manage.py check`` says, with ``--deploy`` or without; the worst first."""
    said = run_checks(include_deployment_checks=deploy)
    for message in sorted(said, key=lambda one: (-one.level, one.id or "")):
        if message.is_silenced():
            continue
        level = wrong if message.level >= ERROR else warning
        mend = message.hint or "See Django's page of system checks."
        yield level(f"settings.{message.id}", message.msg, mend)


def _mode(settings: Any, is_here: bool) -> Iterator[Finding]:
    if is_here:
        yield warning(
            "settings.debug_here", "DEBUG is on.", "On your own machine that is fine; else DEBUG=0."
        )
        return
    manifest = Path(settings.STATIC_ROOT or "") / "staticfiles.json"
    if not settings.DEBUG and not manifest.exists():
        yield wrong(
            "settings.static",
            "No static files are collected: every page answers 500.",
            "Run `./run manage collectstatic`.",
        )
