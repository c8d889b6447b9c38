"""docs/tutorial.md leads to a site on which a model is live, and docs/testing.md to its tests."""

import asyncio
import shutil
import zipfile

import pytest
from playwright.async_api import expect

from realtime_client import RealtimeClient
from tests.servers import ROOT
from tests.tutorial.blocks import blocks, write_all
from tests.tutorial.conftest import PASSWORD


def test_the_wheel_holds_the_engine_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    ours = {name for name in names if not name.partition("/")[0].endswith(".dist-info")}
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "realtime").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours == wanted
    assert {
        "realtime/static/realtime/client.js",
        "realtime/templates/realtime/api.html",
        "realtime/locale/ja/LC_MESSAGES/django.mo",
        "realtime/management/commands/serve.py",
        "realtime/testing/server.py",
    } <= ours


async def test_a_change_made_in_a_shell_is_on_the_open_page(beginner, chromium):
    context = await chromium.new_context()
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{beginner.url}/")
    await page.fill("[name=username]", "you")
    await page.fill("[name=password]", PASSWORD)
    await page.click("[type=submit]")
    await expect(page.locator("html")).to_have_attribute("data-state", "open")

    made, changed = beginner.later[0], beginner.later[1]
    beginner.run(made)
    await expect(page.locator("#cities li")).to_have_text(["Kyoto: 21.5 °C"])
    beginner.server.stop()
    await expect(page.locator("html")).to_have_attribute("data-state", "reconnecting")
    beginner.run(changed)
    beginner.server.start()
    await expect(page.locator("#cities li")).to_have_text(["Kyoto: 23 °C"], timeout=20_000)
    # By the log, not by a page that was loaded anew.
    assert await page.evaluate("performance.getEntriesByType('navigation').length") == 1
    assert errors == []
    await context.close()


LOG_IN = """
from django.contrib.auth.models import User
from django.test import Client
browser = Client(headers={"host": "localhost"})
browser.force_login(User.objects.get())
print(browser.cookies["sessionid"].value)
"""


async def test_in_production_serve_takes_its_place(beginner):
    beginner.server.stop()
    beginner.serve.start()
    session = beginner.run(f"python manage.py shell -v 0 -c '{LOG_IN}'").strip()
    headers = {"Cookie": f"sessionid={session}", "Origin": beginner.url}
    url = beginner.url.replace("http", "ws", 1) + "/ws/"
    async with RealtimeClient(url, headers=headers, rooms=["cities"]) as client:
        beginner.run(beginner.later[1])
        async with asyncio.timeout(10):
            while (frame := await anext(client)).type != "city:changed":
                pass
    assert frame.payload["celsius"] == 23.0
    beginner.serve.stop()
    assert "Traceback" not in beginner.serve.log()


def test_what_the_page_on_testing_says_passes(beginner):
    write_all("testing.md", beginner.folder)
    said = beginner.run("python manage.py test 2>&1")
    assert "Ran 7 tests" in said and "\nOK\n" in said, said
    # And what the engine does with Django's own users, which this project's are not.
    shutil.copy(ROOT / "tests/tutorial/stock_sessions.py", beginner.folder / "cities")
    options = "-q -p no:cacheprovider -o asyncio_mode=auto --ds=weather.settings --rootdir=."
    files = "cities/test_live.py cities/stock_sessions.py"
    assert "9 passed" in beginner.run(f"python -m pytest {options} {files}")


@pytest.mark.parametrize("document", ["tutorial.md", "testing.md", "python-client.md"])
def test_every_block_has_a_file_or_is_for_a_shell(document):
    wrong = [block for block in blocks(document) if block.path is None and block.language != "sh"]
    assert wrong == []


def test_the_site_passes_django_s_own_checks(beginner):
    found = beginner.run("python -c 'import realtime; print(realtime.__file__)'")
    assert found.startswith(str(beginner.folder))  # the wheel's, not this project's
    assert "no issues" in beginner.run("python manage.py check 2>&1")
    assert "No changes" in beginner.run("python manage.py makemigrations --check --dry-run")
