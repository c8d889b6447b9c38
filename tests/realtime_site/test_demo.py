"""The demo: what a newcomer sees first."""

import logging
import re
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from accounts.models import User
from posts.models import Comment, Like, Mention, Post, PostHashtag
from realtime import log
from realtime_site.demo import life
from realtime_site.demo.people import RESIDENTS
from realtime_site.demo.seed import seed
from tests.servers import PRODUCTION, Site, wait_until


class Demo(Site):
    """``manage.py demo`` as its own process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, f"sqlite:///{folder / 'demo.sqlite3'}")
        self.command = [sys.executable, "manage.py", "demo", "--port", str(self.port)]

    def interrupt(self) -> int:
        """Ctrl-C, for it and all that it has started; how it ended."""
        assert self.process is not None
        self.signal(signal.SIGINT)
        return self.process.wait(10)

    def count(self, model: str) -> int:
        imports = "from accounts.models import *; from posts.models import *"
        return int(self.shell(f"{imports}; print({model}.objects.count())"))


@pytest.fixture
def demo(server_folder: Callable[[str], Path]) -> Iterator[Demo]:
    demo = Demo(server_folder("demo"))
    yield demo
    demo.stop()


def test_a_site_that_others_reach_gets_no_admin_whose_password_they_know(demo: Demo) -> None:
    demo.env |= PRODUCTION
    with pytest.raises(RuntimeError, match="it runs with DEBUG=1 only"):
        demo.manage("demo")


def test_the_demo_serves_at_once_and_ends_cleanly_and_keeps_its_data(demo: Demo) -> None:
    demo.start()
    with urllib.request.urlopen(f"{demo.url}/", timeout=10) as page:
        assert (page.status, page.url) == (200, f"{demo.url}/login/?next=/")
    assert demo.interrupt() == 0
    posts = demo.count("Post")
    demo.start()
    assert demo.interrupt() == 0
    assert demo.count("Post") >= posts
    assert demo.count("User") == 10
    assert "Traceback" not in demo.log()


def test_a_fresh_demo_begins_anew(demo: Demo) -> None:
    demo.manage("migrate", "--verbosity", "0")
    demo.shell("from accounts.models import User; User.objects.create_user('somebody')")
    demo.command.append("--fresh")
    demo.start()
    assert demo.interrupt() == 0
    assert demo.count("User") == 10


def test_the_demo_prints_a_login_that_works(demo: Demo) -> None:
    demo.start()
    printed = demo.log()
    name = re.search(r"Log in as +(\w+)", printed)
    password = re.search(r"Password +(\S+)", printed)
    assert name and password
    assert f"http://127.0.0.1:{demo.port}" in printed
    body = f'{{"username": "{name[1]}", "password": "{password[1]}"}}'.encode()
    request = urllib.request.Request(
        f"{demo.url}/api/auth/token", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_the_demo_is_alive(demo: Demo) -> None:
    demo.start()
    code = "from realtime import log; print(log.head().last)"
    before = int(demo.shell(code))
    wait_until(lambda: int(demo.shell(code)) > before, seconds=20, what="something new in the log")


def test_a_demo_on_a_taken_port_says_how_to_take_another(demo: Demo) -> None:
    demo.start()
    with pytest.raises(RuntimeError, match=rf"PORT={demo.port + 1} \./run demo"):
        demo.manage("demo", "--port", str(demo.port))


@pytest.mark.django_db(transaction=True)
def test_the_first_day_has_everything_that_one_wants_to_see() -> None:
    assert seed(Random(1)) is True
    assert seed(Random(1)) is False
    assert Post.objects.count() >= 12
    assert Comment.objects.exists() and Like.objects.exists()
    assert PostHashtag.objects.exists() and Mention.objects.exists()
    times = list(Post.objects.order_by("id").values_list("created_at", flat=True))
    assert times == sorted(times)


@pytest.mark.django_db(transaction=True)
def test_residents_act_for_a_long_time_and_fill_no_disk(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(life, "MAX_POSTS", 20)
    seed(Random(1))
    before = log.head().last
    residents = life.Life(Random(2))
    with caplog.at_level(logging.ERROR):
        for _ in range(150):
            residents.step()
    assert caplog.messages == []
    assert log.head().last > before + 50
    names = [person.username for person in RESIDENTS]
    assert Post.objects.filter(author__username__in=names).count() == 20
    assert User.objects.count() == 10
