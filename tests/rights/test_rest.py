"""REST does what docs/rights.md says: every path, with every method, as everybody."""

import re
from collections.abc import Iterable, Iterator

import pytest

from tests.api import PASSWORD
from tests.rights.matrix import OTHER, ROLES, Cells, Row, rows, tables
from tests.rights.paths import api_routes, route_of
from tests.rights.world import World, undone

METHODS = ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
#: What is sent so that nothing but rights can be in the way; to other paths: nothing.
BODIES = {
    "POST /api/auth/register": {"username": "newcomer", "password": PASSWORD},
    "POST /api/auth/token": {"username": "{role}", "password": PASSWORD},
    "POST /api/auth/(token/refresh|logout)": {"refresh": "{refresh}"},
    "POST /api/auth/password": {"oldPassword": PASSWORD, "newPassword": "a horse of another kind"},
    "PATCH /api/users/me": {"displayName": "Somebody"},
    "DELETE /api/users/me": {"password": PASSWORD},
    "POST /api/posts": {"body": "hello"},
    "POST /api/posts/[^/]+/comments": {"body": "indeed"},
    "POST .+/report": {"reason": "against the rules"},
    "PATCH /api/(posts|comments)/.+": {"body": "better"},
}
#: It does not end by itself: see test_live.py.
ENDLESS = "GET /api/realtime/stream"
#: Nobody, somebody known, somebody shut out: what is not done at all asks for no other rights.
ENOUGH = ("anonymous", "stranger", "suspended")
TABLES = tables("request")
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table[0])[:30])


def body(request: str, role: str, world: World) -> dict[str, str] | None:
    for pattern, fields in BODIES.items():
        if re.fullmatch(pattern, request):
            own = {"role": role, "refresh": world.refresh_tokens.get(role, "none")}
            return {name: value.format_map(own) for name, value in fields.items()}
    return None


def answer(world: World, role: str, request: str) -> str:
    """What a cell says of it; nothing of it stays."""
    method, path = request.split(" ")
    with undone():
        response = getattr(world.apis[role], method)(world.fill(path), body(request, role, world))
    is_out = response.status_code == 403 and b'"suspended"' in response.content
    return "out" if is_out else str(response.status_code)


def differing(world: World, asked: Iterable[tuple[str, Cells]]) -> dict[str, Cells]:
    """Of some requests those that are not answered as their cells say, and how they are."""
    wrong = {}
    for request, cells in asked:
        found = {role: answer(world, role, request) for role in cells}
        if found != cells:
            wrong[request] = {role: cell for role, cell in found.items() if cell != cells[role]}
    return wrong


def listed(table: list[Row]) -> list[tuple[str, Cells]]:
    return [(request, row.cells) for row in table for request in row.whats]


def by_route(table: list[Row]) -> dict[str, dict[str, str]]:
    """The paths of a table: route → method → the first request that has it."""
    found: dict[str, dict[str, str]] = {}
    for request, _cells in listed(table):
        method, path = request.split(" ")
        route = route_of(re.sub(r"{\w+}", "x", path))
        found.setdefault(route, {}).setdefault(method, request)
    return found


def unlisted(table: list[Row]) -> Iterator[tuple[str, Cells]]:
    """Each path of a table with each method that no row has for it."""
    general = {row.text: row.cells for row in table if not row.whats}
    for requests in by_route(table).values():
        path = next(iter(requests.values())).split(" ")[1]
        for method in METHODS:
            if method not in requests:
                cells = general.get(method, general[OTHER])
                yield f"{method} {path}", {role: cells[role] for role in ENOUGH}


def heads(table: list[Row]) -> Iterator[tuple[str, Cells]]:
    """Each path that is read, read without its body, which alone tells one 403 from another."""
    cells = dict(listed(table))
    for requests in by_route(table).values():
        if get := requests.get("GET"):
            yield (
                get.replace("GET", "HEAD"),
                {role: cells[get][role].replace("out", "403") for role in ENOUGH},
            )


@each_table
def test_a_request_is_answered_as_the_table_says(world: World, table: list[Row]) -> None:
    assert differing(world, [one for one in listed(table) if one[0] != ENDLESS]) == {}


@each_table
def test_every_other_method_is_answered_alike(world: World, table: list[Row]) -> None:
    assert differing(world, unlisted(table)) == {}


@each_table
def test_a_head_is_answered_as_its_get(world: World, table: list[Row]) -> None:
    assert differing(world, heads(table)) == {}


def test_every_path_is_in_one_table() -> None:
    found = [route for table in TABLES for route in by_route(table)]
    assert len(found) == len(set(found))
    assert set(found) == api_routes()


def test_a_list_holds_what_the_table_says(world: World) -> None:
    wrong = {}
    for row in rows("list"):
        for path in row.whats:
            thing = world.fill(row.of).encode()
            found = {
                role: thing in world.apis[role].get(world.fill(path)).content for role in ROLES
            }
            if {role: "yes" if held else "no" for role, held in found.items()} != row.cells:
                wrong[path, row.of] = found
    assert wrong == {}
