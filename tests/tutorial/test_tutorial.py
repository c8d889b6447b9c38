"""docs/tutorial.md leads to a site on which a model is live, docs/testing.md to its tests, and the
how-tos go on from there."""

import asyncio
import shutil
import zipfile

import pytest
from playwright.async_api import expect

from realtime_client import RealtimeClient
from tests.servers import ROOT
from tests.tutorial.blocks import blocks, write_all
from tests.tutorial.conftest import PASSWORD
from tests.tutorial.frames import Conversation
from tests.tutorial.how_to import HOW_TOS, curl, nginx, shell_lines, transcripts, until


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


def test_the_commands_of_the_tutorial_take_less_than_two_minutes(beginner):
    # `./run test tests/tutorial -k two_minutes -s` shows them.
    seconds = sum(seconds for _line, seconds in beginner.took)
    print(f"\n{seconds:6.1f} s for all, with the packages already there:")
    for line, took in beginner.took:
        print(f"{took:6.1f} s  {line}")
    assert seconds < 120


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


@pytest.fixture(scope="module")
def advanced(beginner):
    """The beginner, after all how-tos, with the server running again."""
    beginner.serve.stop()
    beginner.server.stop()
    for document in HOW_TOS:
        write_all(document, beginner.folder)
    beginner.server.start()
    return beginner


@pytest.fixture(scope="module")
def session(advanced):
    """A session's key, by the line that the page on curl has."""
    line, _ = shell_lines("how-to/read-with-curl.md")[:2]
    return advanced.run(f'{line}; echo "$SESSION"').strip()


def saving(beginner, name, celsius):
    code = f"City.objects.update_or_create(name='{name}', defaults={{'celsius': {celsius}}})"
    beginner.run(f'python manage.py shell -c "from cities.models import City; {code}"')


def test_how_to_write_a_test_passes(advanced):
    (line,) = shell_lines("how-to/write-a-test.md")
    said = advanced.run(f"{line} 2>&1")
    assert "Ran 3 tests" in said and "\nOK\n" in said, said


def test_how_to_read_with_curl_and_what_a_command_and_a_task_send(advanced, session):
    _, line, resumes = shell_lines("how-to/read-with-curl.md")
    (command,) = shell_lines("how-to/send-from-a-task.md")
    saving(advanced, "Nara", 22.0)
    find = "from cities.models import City; print(City.objects.get(name='Nara').pk)"
    nara = advanced.run(f'python manage.py shell -v 0 -c "{find}"').strip()
    rooms = f"rooms=cities,forecast:{nara}"
    line = f"SESSION={session}; {line.replace('rooms=cities', rooms)}"
    with curl(line, advanced) as output:
        position = until(output, "id: ")
        advanced.run(command)
        assert '"celsius":23.0' in until(output, "data: ")
    # Celery itself is not among the packages of the tests: of it the file uses the decorator alone.
    (advanced.folder / "celery.py").write_text("def shared_task(function):\n    return function\n")
    do = f"from cities.tasks import forecast; forecast('{nara}', 19.5)"
    advanced.run(f'python manage.py shell -c "{do}"')
    cursor = position.split("id: ")[1].strip()
    line = f"SESSION={session}; CURSOR={cursor}; {resumes.replace('rooms=cities', rooms)}"
    with curl(line, advanced) as output:
        missed = until(output, ": live")
    assert missed.index('"celsius":23.0') < missed.index('"celsius":19.5')


async def test_how_to_resume_from_another_language(advanced, session):
    headers = {"Cookie": f"sessionid={session}", "Origin": advanced.url}
    url = advanced.url.replace("http", "ws", 1)
    talk = Conversation(url, headers, lambda *city: saving(advanced, *city))
    for transcript in transcripts("how-to/another-language.md"):
        await talk.hold(transcript)
    await talk.close()


async def test_how_to_put_it_behind_nginx(advanced, session):
    server = nginx(advanced.folder / "nginx.conf", advanced.port)
    server.start()
    try:
        here = f"127.0.0.1:{server.port}"
        headers = {"Cookie": f"sessionid={session}", "Origin": f"http://{here}"}
        async with RealtimeClient(f"ws://{here}/ws/", headers=headers, rooms=["cities"]) as client:
            await asyncio.to_thread(saving, advanced, "Kobe", 20.0)
            async with asyncio.timeout(10):
                while (frame := await anext(client)).type != "city:changed":
                    pass
        assert frame.payload["name"] == "Kobe"
        with curl(
            f"curl -sN -b sessionid={session} http://{here}/api/realtime/stream", advanced
        ) as output:
            assert until(output, "id: ")
    finally:
        server.stop()
