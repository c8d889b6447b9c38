"""Who may import whom: realtime_site → moderation → notifications → posts → accounts → realtime.

Presence stands beside posts, on accounts and realtime.
"""

import sys

import pytest

from tests.guards.source import PACKAGES, Module, package_modules

MAY_IMPORT = {
    "realtime": {"realtime"},
    "accounts": {"accounts", "realtime"},
    "posts": {"posts", "accounts", "realtime"},
    "notifications": {"notifications", "posts", "accounts", "realtime"},
    "moderation": {"moderation", "notifications", "posts", "accounts", "realtime"},
    "presence": {"presence", "accounts", "realtime"},
    "realtime_site": set(PACKAGES),
}
PURE = {f"realtime.{name}" for name in ("events", "rooms", "frames", "cursor", "errors")}
PURE |= {"realtime.identity", "realtime.keys"}
#: Events and wire objects are values; that they are made from a row is for type checkers alone.
VALUES = {f"{app}.{name}" for app in PACKAGES for name in ("events", "wire")}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_packages_below_it(package: str) -> None:
    wrong = [
        f"{module.path} imports {name}"
        for module in package_modules(package)
        for name in module.imports()
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in MAY_IMPORT[package]
    ]
    assert wrong == []


def says_it_is_pure(module: Module) -> bool:
    return any(line.startswith("Pure") for line in module.docstring.splitlines())


def test_pure_modules_need_the_standard_library_and_msgspec_alone() -> None:
    pure = {m.name for m in package_modules(*PACKAGES) if m.name in PURE or says_it_is_pure(m)}
    assert pure >= PURE
    wrong = [
        f"{module.path} imports {name}"
        for module in package_modules(*PACKAGES)
        if module.name in pure
        for name in module.imports()
        if not _is_pure_import(name, pure)
    ]
    assert wrong == []


def _is_pure_import(name: str, pure: set[str]) -> bool:
    top = name.split(".")[0]
    # `from posts import hashtags` imports a module, `from realtime.rooms import split` from one.
    ours = name in pure or name.rpartition(".")[0] in pure
    return ours or top in sys.stdlib_module_names or top == "msgspec"


def test_events_and_wire_objects_import_no_django() -> None:
    wrong = [
        f"{module.path} imports {name}"
        for module in package_modules(*PACKAGES)
        if module.name in VALUES
        for name in module.imports()
        if name.split(".")[0] in {"django", "rest_framework", "channels"}
        or name.split(".")[1:2] == ["models"]
    ]
    assert wrong == []


def test_signals_are_imported_by_the_app_config_alone() -> None:
    importers = [
        module.path
        for module in package_modules(*PACKAGES)
        if any(
            name.split(".")[0] in PACKAGES and "signals" in name.split(".")
            for name in module.imports()
        )
        and not module.path.endswith("/apps.py")
    ]
    assert importers == []
