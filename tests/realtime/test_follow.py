"""``manage.py follow`` prints events as they pass."""

from io import StringIO

from django.core.management import call_command

from tests.realtime.conftest import ON_DATABASE, say

pytestmark = ON_DATABASE


def follow(*arguments, **options):
    output = StringIO()
    call_command("follow", *arguments, stdout=output, stderr=StringIO(), **options)
    return output.getvalue()


def test_it_prints_the_events_of_a_room_alone():
    say("a", rooms=("public", "post:1"))
    say("b")
    say("c", rooms=("post:1",))
    printed = follow("post:1", since=0, count=2).splitlines()
    assert [line.rpartition("  ")[2] for line in printed] == ['{"text":"a"}', '{"text":"c"}']
    assert printed[0].split()[0] == "1"
    assert "test:said" in printed[0]


def test_without_a_room_it_prints_all():
    say("a", "b")
    assert follow(since=1, count=1).endswith('public  {"text":"b"}\n')
