"""Pages do what docs/rights.md says: each with GET and POST, as everybody in a browser."""

import re

from tests.api import PASSWORD
from tests.rights.matrix import Cells, rows
from tests.rights.paths import api_routes, route_of, routes
from tests.rights.world import World, undone

FORMS = {
    "POST /login/": {"username": "{role}", "password": PASSWORD},
    "POST /signup/": {"username": "newcomer", "password": PASSWORD},
    "POST /settings/profile/": {"display_name": "Somebody"},
    "POST /settings/password/": {"old_password": PASSWORD, "new_password": "another horse, tamed"},
    "POST /settings/leave/": {"password": PASSWORD},
    "POST .+/follow/": {"follow": "1"},
    "POST .+/block/": {"block": "1"},
    "POST .+/report/": {"reason": "against the rules"},
    "POST /i18n/setlang/": {"language": "ja"},
    "POST /(posts/|posts/.+/comments/|.+/edit/)": {"body": "indeed", "visibility": "public"},
}
PAGES: list[tuple[str, Cells]] = [(what, row.cells) for row in rows("page") for what in row.whats]


def form(request: str, role: str) -> dict[str, str]:
    for pattern, fields in FORMS.items():
        if re.fullmatch(pattern, request):
            return {name: value.format(role=role) for name, value in fields.items()}
    return {}


def answer(world: World, role: str, request: str) -> str:
    """What a cell says of it; nothing of it stays, and the browser is as it was."""
    method, path = request.split(" ")
    browser = world.browsers[role]
    kept = browser.cookies.copy()
    with undone():
        response = getattr(browser, method.lower())(world.fill(path, role), form(request, role))
    browser.cookies = kept
    if response.status_code == 302 and "/login/" in response["Location"]:
        return "login"
    return str(response.status_code)


def test_a_page_is_answered_as_the_table_says(world: World) -> None:
    wrong = {}
    for request, cells in PAGES:
        found = {role: answer(world, role, request) for role in cells}
        if found != cells:
            wrong[request] = {role: cell for role, cell in found.items() if cell != cells[role]}
    assert wrong == {}


def test_every_page_is_in_the_table_with_all_that_it_answers(world: World) -> None:
    ours = [request.split(" ") for request, _cells in PAGES if " /admin/" not in request]
    known = {(method, route_of(re.sub(r"{\w+}", "x", path))): path for method, path in ours}
    assert {route for _method, route in known} == routes() - api_routes()
    for (method, route), path in known.items():
        other = "GET" if method == "POST" else "POST"
        if (other, route) not in known:
            assert answer(world, "author", f"{other} {path}") == "405", (other, path)
