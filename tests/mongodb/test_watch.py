"""What other programs write straight into the collections becomes events, once.

Without a MongoDB the rows lie in one emulator (mongoeco) and the stream comes from another
(nx-27017): the tests write each foreign change into both.
"""

import asyncio
import os
from contextlib import asynccontextmanager, suppress

import pytest
from django.db import OperationalError, connection
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure

from accounts.models import User
from posts.actions import create_post
from posts.models import Post
from realtime import log
from realtime.database import in_database
from realtime.mongodb import foreign, watch
from realtime.mongodb.rows import MARK
from tests.mongodb import servers

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture(scope="session")
def stream_server(server_folder):
    if os.environ.get("MONGODB_TEST_URL"):
        yield servers.Given(os.environ["MONGODB_TEST_URL"])
        return
    server = servers.Emulator(server_folder("streams"), "tests.mongodb.streams")
    server.start()
    yield server
    server.stop()


class Elsewhere:
    """Another program: it knows MongoDB, and nothing of this site."""

    def __init__(self, server):
        name = connection.settings_dict["NAME"]
        self.url = server.database(name)
        self._stream = MongoClient(self.url)[name]
        self._places = [self._stream]
        if not isinstance(server, servers.Given):
            self._places.append(connection.database)

    def insert(self, collection, document):
        for place in self._places:
            place[collection].insert_one(dict(document))

    def update(self, collection, key, **fields):
        for place in self._places:
            place[collection].update_one({"_id": key}, {"$set": fields})

    def delete(self, collection, key):
        for place in self._places:
            place[collection].delete_one({"_id": key})

    def forget(self):
        for name in foreign.models():
            self._stream[name].delete_many({})

    def mirror(self, collection):
        """What the site itself has written, where the stream is another server's."""
        if len(self._places) == 1:
            return
        for document in connection.database[collection].find():
            self._stream[collection].replace_one({"_id": document["_id"]}, document, upsert=True)

    def mirror_deletion(self, collection, key):
        if len(self._places) > 1:
            self._stream[collection].update_one({"_id": key}, {"$set": {"_gone": True}})
            self._stream[collection].delete_one({"_id": key})


@pytest.fixture
def elsewhere(transactional_db, stream_server):
    connection.ensure_connection()
    program = Elsewhere(stream_server)
    program.forget()
    yield program
    for name in foreign.models():
        foreign.forget_token(name)


@pytest.fixture
def ann():
    return User.objects.create(username="ann", username_key="ann")


def raw(post):
    """A post as another program would write it: as ours, under another key, without our mark."""
    document = connection.database["posts_post"].find_one({"_id": post.pk.hex})
    post.delete()
    return {name: value for name, value in document.items() if name != MARK} | {
        "_id": "0190f3c8-0000-7000-8000-000000000001".replace("-", "")
    }


@asynccontextmanager
async def watching(url):
    ready = asyncio.Event()
    task = asyncio.create_task(watch.watch(url, ready=ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await task


async def told(after, count):
    """The types of the next ``count`` events, once they are there."""
    async with asyncio.timeout(SECONDS):
        while True:
            await in_database(log.stamp_and_tell)
            events = await in_database(log.read, after)
            if len(events) >= count:
                return [event.type for event in events]
            await asyncio.sleep(0.02)


async def test_a_row_that_another_program_writes_changes_and_deletes_is_news(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    before = (await in_database(log.head)).last
    async with watching(elsewhere.url):
        await in_database(elsewhere.insert, "posts_post", document)
        assert await told(before, 1) == ["post:created"]
        await in_database(elsewhere.update, "posts_post", document["_id"], body="changed")
        assert await told(before, 2) == ["post:created", "post:updated"]
        await in_database(elsewhere.delete, "posts_post", document["_id"])
        assert await told(before, 3) == ["post:created", "post:updated", "post:deleted"]


async def test_what_the_site_wrote_itself_is_not_told_twice(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    before = (await in_database(log.head)).last
    async with watching(elsewhere.url):
        post = await in_database(create_post, ann, "ours")
        await in_database(elsewhere.mirror, "posts_post")
        key = post.pk.hex
        await in_database(post.delete)
        await in_database(elsewhere.mirror_deletion, "posts_post", key)
        # Behind it in the same stream: when this is told, the others were looked at.
        await in_database(elsewhere.insert, "posts_post", document)
        kinds = await told(before, 3)
    assert kinds == ["post:created", "post:deleted", "post:created"]


async def test_what_was_written_while_nobody_watched_is_told_later_once(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    epoch, before = await in_database(lambda: (log.head().epoch, log.head().last))
    async with watching(elsewhere.url):
        pass
    await in_database(elsewhere.insert, "posts_post", document)
    for _ in range(2):
        async with watching(elsewhere.url):
            assert await told(before, 1) == ["post:created"]
    assert (await in_database(log.head)).epoch == epoch


async def test_a_change_that_was_told_before_a_crash_is_not_told_again(elsewhere, ann):
    """The token is kept with what was told, in one transaction: there is no between."""
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    await in_database(elsewhere.insert, "posts_post", document)
    before = (await in_database(log.head)).last
    change = {"operationType": "insert", "documentKey": {"_id": document["_id"]}}
    await in_database(foreign.forget_token, "posts_post")
    take = lambda **tokens: in_database(lambda: foreign.take(Post, [change], **tokens))  # noqa: E731
    assert await take(before=None, token={"_data": "1"}) == 1
    with pytest.raises(foreign.TokenMoved):
        await take(before={"_data": "0"}, token={"_data": "1"})
    assert await told(before, 1) == ["post:created"]
    assert await in_database(foreign.token_of, "posts_post") == {"_data": "1"}


async def test_a_stream_that_cannot_go_on_gives_the_log_another_epoch(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    async with watching(elsewhere.url):
        pass
    epoch, before = await in_database(lambda: (log.head().epoch, log.head().last))
    lost = {"_data": "nx:999999"}
    kept = await in_database(foreign.token_of, "posts_post")
    await in_database(lambda: foreign.take(Post, [], before=kept, token=lost))
    async with watching(elsewhere.url):
        await in_database(elsewhere.insert, "posts_post", document)
        assert await told(before, 1) == ["post:created"]
    assert (await in_database(log.head)).epoch != epoch
    assert await in_database(foreign.token_of, "posts_post") != lost


async def test_two_that_watch_are_one_too_many(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    before = (await in_database(log.head)).last
    async with watching(elsewhere.url) as one, watching(elsewhere.url) as other:
        await in_database(elsewhere.insert, "posts_post", document)
        done, _ = await asyncio.wait(
            {one, other}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        (failed,) = done
        with pytest.raises(ExceptionGroup) as error:
            failed.result()
        assert error.group_contains(foreign.TokenMoved)
        assert await told(before, 1) == ["post:created"]


def test_a_document_becomes_the_instance_that_a_query_would_give(ann):
    post = Post.objects.get(pk=create_post(ann, "ours #tag").pk)
    document = connection.database["posts_post"].find_one({"_id": post.pk.hex})
    made = foreign.instance(Post, document)
    names = [field.attname for field in Post._meta.concrete_fields]
    assert [getattr(made, name) for name in names] == [getattr(post, name) for name in names]


async def test_many_changes_are_told_a_few_in_each_transaction(elsewhere, ann, monkeypatch):
    """A transaction has little time; and what was told is not told again for those behind it."""
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    before = (await in_database(log.head)).last
    sizes, take = [], foreign.take

    def counted(model, changes, **tokens):
        sizes.append(len(changes))
        return take(model, changes, **tokens)

    async with watching(elsewhere.url):
        monkeypatch.setattr(watch, "TOGETHER", 2)
        monkeypatch.setattr(foreign, "take", counted)
        for number in range(5):
            key = f"{document['_id'][:-1]}{number}"
            await in_database(elsewhere.insert, "posts_post", {**document, "_id": key})
        assert await told(before, 5) == ["post:created"] * 5
    assert max(sizes) <= 2


async def test_where_the_epoch_cannot_be_changed_the_token_stays(elsewhere, ann, monkeypatch):
    """Else nobody would ever hear that changes were lost."""
    lost, first = {"_data": "nx:999999"}, {"_data": "nx:1"}
    await in_database(lambda: foreign.take(Post, [], before=None, token=lost))

    def away():
        raise OperationalError("the database is away")

    monkeypatch.setattr(log, "begin_anew", away)
    with pytest.raises(OperationalError):
        await in_database(lambda: foreign.skip("posts_post", before=lost, token=first))
    assert await in_database(foreign.token_of, "posts_post") == lost
    monkeypatch.undo()
    epoch = (await in_database(log.head)).epoch
    await in_database(lambda: foreign.skip("posts_post", before=lost, token=first))
    assert await in_database(foreign.token_of, "posts_post") == first
    assert (await in_database(log.head)).epoch != epoch


async def test_a_row_that_no_model_takes_gives_another_epoch_and_holds_up_nobody(elsewhere, ann):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    epoch, before = await in_database(lambda: (log.head().epoch, log.head().last))
    async with watching(elsewhere.url):
        broken = {**document, "_id": f"{document['_id'][:-1]}9", "created_at": "yesterday"}
        await in_database(elsewhere.insert, "posts_post", broken)
        async with asyncio.timeout(SECONDS):
            while (await in_database(log.head)).epoch == epoch:
                await asyncio.sleep(0.02)
        await in_database(elsewhere.insert, "posts_post", document)
        assert await told(before, 1) == ["post:created"]


async def test_a_server_that_is_away_is_waited_for(elsewhere, ann, monkeypatch):
    document = await in_database(lambda: raw(create_post(ann, "from elsewhere")))
    before = (await in_database(log.head)).last
    token_of, errors = foreign.token_of, [AutoReconnect("an election")] * 3

    def away_at_first(collection):
        if errors:
            raise errors.pop()
        return token_of(collection)

    monkeypatch.setattr(watch, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(foreign, "token_of", away_at_first)
    async with watching(elsewhere.url):
        await in_database(elsewhere.insert, "posts_post", document)
        assert await told(before, 1) == ["post:created"]
    assert not errors


async def test_a_server_that_has_no_change_streams_is_not_waited_for(elsewhere, monkeypatch):
    def alone(collection):
        raise OperationFailure("only supported on replica sets", code=40573)

    monkeypatch.setattr(foreign, "token_of", alone)
    with pytest.raises(ExceptionGroup) as error:
        async with asyncio.timeout(SECONDS):
            await watch.watch(elsewhere.url)
    assert error.group_contains(OperationFailure, match="replica sets")
