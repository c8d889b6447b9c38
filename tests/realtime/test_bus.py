"""What a process without an event loop tells the others by the channel layer."""

import os

import pytest
import redis as redis_client
from channels.layers import channel_layers

from realtime import bus
from realtime.envelope import Batch

BATCH = Batch(epoch="e", after=0, upto=1, events=())


@pytest.fixture
def layer(redis_server, settings):
    """A layer on Redis, and a client that sees what comes there; both forgotten afterwards."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [redis_server.url]},
        }
    }
    channel_layers.backends.clear()
    with redis_client.Redis.from_url(redis_server.url) as client:
        yield client
    channel_layers.backends.clear()


def connections(client):
    return client.info("stats")["total_connections_received"]


def test_one_connection_carries_all_that_a_process_tells(layer):
    bus.publish_from_thread(BATCH)
    before = connections(layer)
    for _ in range(20):
        bus.publish_from_thread(BATCH)
    assert connections(layer) == before


def test_a_forked_child_tells_by_a_loop_of_its_own(layer):
    bus.publish_from_thread(BATCH)
    with layer.pubsub(ignore_subscribe_messages=True) as heard:
        heard.psubscribe("*")
        heard.get_message(timeout=1)  # that it is subscribed
        child = os.fork()
        if child == 0:
            try:
                bus.publish_from_thread(BATCH)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert b"realtime.parcel" in heard.get_message(timeout=5)["data"]
