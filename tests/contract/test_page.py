"""The page of the events: for people, in their language, and as safe as every other page."""

from django.test import Client


def test_people_read_every_message_with_an_example():
    page = Client().get("/api/docs/events").content.decode()
    assert '<section id="event.post.created">' in page
    assert '<section id="command.room.join">' in page
    assert "A post was written." in page
    assert "&quot;type&quot;: &quot;post:created&quot;" in page
    assert "<code>following:&lt;authorId&gt;</code>" in page
    assert "<script" not in page
    assert 'href="/api/asyncapi.json"' in page
    assert 'href="/api/docs"' in page


def test_the_page_of_rest_and_that_of_the_events_lead_to_each_other():
    assert b'href="/api/docs/events"' in Client().get("/api/docs").content


def test_its_headings_are_in_the_readers_language():
    page = Client().get("/api/docs/events", headers={"Accept-Language": "ja"}).content.decode()
    assert '<html lang="ja">' in page
    assert '<h2 id="closes">切断コード</h2>' in page
    assert '<h2 id="closes">Close codes</h2>' not in page
