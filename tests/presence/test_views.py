"""``GET /api/presence``: who is online, for those who may know."""

import pytest

from accounts.actions import block
from presence.choice import store
from presence.ledger import Ledger
from presence.store import GRACE_MS, Op
from tests.api import Api, error, person

pytestmark = pytest.mark.django_db

#: 2027-01-15T08:00:00Z
NOW = 1_800_000_000_000


@pytest.fixture
def ledger(monkeypatch):
    made = Ledger()
    monkeypatch.setattr(store(), "ledger", made)
    return made


def come(ledger, *users, at=NOW):
    ops = [Op("come", str(user.pk), str(user.pk)) for user in users]
    ledger.beat("node", register=True, ops=ops, since=0, now=at)


def go(ledger, user, *, at):
    ledger.beat("node", register=True, ops=[Op("go", str(user.pk), str(user.pk))], since=0, now=at)
    ledger.beat("node", register=True, ops=[], since=0, now=at + GRACE_MS)


def ask(reader, *users):
    return Api(reader).get("/api/presence?users=" + ",".join(str(user.pk) for user in users))


def test_it_tells_who_is_online_and_when_the_others_were_last_seen(ledger):
    ann, bob, cat = person("ann"), person("bob"), person("cat")
    come(ledger, ann, bob)
    go(ledger, bob, at=NOW + 1_500)
    answer = ask(cat, ann, bob, cat)
    assert answer.status_code == 200
    assert answer.json() == {
        "online": [str(ann.pk)],
        "lastSeen": {str(bob.pk): "2027-01-15T08:00:01.500Z"},
    }


def test_who_is_blocked_hidden_inactive_or_nobody_is_left_out(ledger):
    reader, shown = person("reader"), person("shown")
    blocked, blocker = person("blocked"), person("blocker")
    hidden, banned = person("hidden", show_presence=False), person("banned", is_active=False)
    block(reader, str(blocked.pk))
    block(blocker, str(reader.pk))
    users = (shown, blocked, blocker, hidden, banned)
    come(ledger, *users)
    assert ask(reader, *users).json() == {"online": [str(shown.pk)], "lastSeen": {}}
    nobody = "00000000-0000-7000-8000-000000000000"
    answer = Api(reader).get(f"/api/presence/?users={nobody}")
    assert answer.json() == {"online": [], "lastSeen": {}}


def test_two_hundred_users_may_be_asked_for_and_no_more(ledger):
    reader = person("reader")
    ids = [f"00000000-0000-7000-8000-{number:012}" for number in range(201)]
    assert Api(reader).get("/api/presence?users=" + ",".join(ids[:200])).status_code == 200
    assert error(Api(reader).get("/api/presence?users=" + ",".join(ids))) == (400, "invalid")


@pytest.mark.parametrize("query", ["", "?users=me", "?users=1,2", "?users=%00"])
def test_what_is_no_list_of_ids_is_refused(ledger, query):
    assert error(Api(person("reader")).get(f"/api/presence{query}")) == (400, "invalid")


def test_nobody_asked_for_is_nobody_online(ledger):
    answer = Api(person("reader")).get("/api/presence?users=")
    assert answer.json() == {"online": [], "lastSeen": {}}


def test_strangers_learn_nothing(ledger):
    assert error(Api().get("/api/presence?users=")) == (401, "unauthenticated")
