"""The others: each as its own documentation sets it up, on one core, without compression."""

import os
import sys
from collections.abc import Sequence

from benchmarks.peers.peer import HERE, ROOMS, Peer, node, python
from benchmarks.writer import Writer
from tests.servers import ROOT, Server, program


class _ByRedis(Peer):
    """One that listens to Redis, written to by PUBLISH."""

    form: str

    def writer(self, rooms: int) -> Writer:
        assert self.redis is not None
        arguments = [self.form, str(self.redis.port), ",".join(ROOMS[:rooms])]
        return Writer([sys.executable, "-m", "benchmarks.peers.redis_writer", *arguments])

    def client(self, rooms: int) -> Sequence[str]:
        path = "/socket.io/?EIO=4&transport=websocket&rooms=" + ",".join(ROOMS[:rooms])
        return ["--mode", "sio", "--path", path, "--header", "Authorization: bench"]


class SocketIO(_ByRedis):
    name = form = "socketio"
    title = "Socket.IO 4, Redis adapter"

    def make_server(self) -> Server:
        return self._server(node("socketio.js"))


class Ws(_ByRedis):
    name = form = "ws"
    title = "ws (Node), Redis"

    def make_server(self) -> Server:
        return self._server(node("ws.js"))

    def client(self, rooms: int) -> Sequence[str]:
        return ["--path", "/?rooms=" + ",".join(ROOMS[:rooms])]


class PythonSocketIO(_ByRedis):
    name = form = "python-socketio"
    title = "python-socketio, Redis, uvicorn"
    slow = True

    def make_server(self) -> Server:
        return self._server(_uvicorn("socketio_server:app", self.port))


class Channels(Peer):
    name = "channels-uvicorn"
    title = "Channels as in its tutorial, uvicorn"
    slow = True

    def make_server(self) -> Server:
        return self._server(_uvicorn("chat:app", self.port))

    def client(self, rooms: int) -> Sequence[str]:
        return ["--path", "/ws/?rooms=" + ",".join(ROOMS[:rooms])]

    def writer(self, rooms: int) -> Writer:
        return _beside("chat_writer.py", self, rooms)


class ChannelsOnDaphne(Channels):
    name = "channels-daphne"
    title = "Channels as in its tutorial, daphne"

    def make_server(self) -> Server:
        arguments = ["-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "-v", "0", "chat:app"]
        return self._server([python(), *arguments], PYTHONPATH=str(HERE))


class EventStream(Peer):
    name = "eventstream"
    title = "django-eventstream (SSE), Redis, uvicorn"
    slow = True

    def make_server(self) -> Server:
        return self._server(_uvicorn("stream:app", self.port), DJANGO_SETTINGS_MODULE="")

    def client(self, rooms: int) -> Sequence[str]:
        path = "/events/?" + "&".join(f"channel={room}" for room in ROOMS[:rooms])
        return ["--mode", "sse", "--path", path]

    def writer(self, rooms: int) -> Writer:
        return _beside("stream_writer.py", self, rooms)


class Nchan(Peer):
    name = "nchan"
    title = "nginx with nchan (C)"
    needs_redis = False

    def make_server(self) -> Server:
        nginx = program("nginx", package="nginx libnginx-mod-nchan", folders="usr/sbin")
        program("ngx_nchan_module.so", package="libnginx-mod-nchan", folders=_MODULES)
        config = self.folder / "nginx.conf"
        config.write_text(_NGINX.format(folder=self.folder, port=self.port, modules=_MODULES))
        return self._server([nginx, "-c", str(config), "-e", str(self.folder / "error.log")])

    def client(self, rooms: int) -> Sequence[str]:
        return ["--path", "/sub/bench" if rooms == 1 else "/sub3/" + "/".join(ROOMS)]

    def writer(self, rooms: int) -> Writer:
        arguments = ["nchan", str(self.port), ",".join(ROOMS[:rooms])]
        return Writer([sys.executable, "-m", "benchmarks.peers.http_writer", *arguments])


class Centrifugo(Peer):
    name = "centrifugo"
    title = "Centrifugo (Go)"
    needs_redis = False

    def make_server(self) -> Server:
        command = [program("centrifugo", package="centrifugo, which Debian does not have")]
        return self._server(
            [*command, "--address", "127.0.0.1", "--port", str(self.port)],
            CENTRIFUGO_HTTP_API_INSECURE="true",
            CENTRIFUGO_CLIENT_INSECURE="true",
            CENTRIFUGO_CLIENT_ALLOWED_ORIGINS="*",
        )

    def client(self, rooms: int) -> Sequence[str]:
        joins = [
            f'{{"id":{n},"subscribe":{{"channel":"{room}"}}}}'
            for n, room in enumerate(ROOMS[:rooms], 2)
        ]
        arguments = [
            word for join in ['{"id":1,"connect":{}}', *joins] for word in ("--join", join)
        ]
        return ["--path", "/connection/websocket", "--joined", '"id":', *arguments]

    def writer(self, rooms: int) -> Writer:
        arguments = ["centrifugo", str(self.port), ",".join(ROOMS[:rooms])]
        return Writer([sys.executable, "-m", "benchmarks.peers.http_writer", *arguments])


def _uvicorn(application: str, port: int) -> list[str]:
    command = [python(), "-m", "uvicorn", "--port", str(port), "--log-level", "warning"]
    return [*command, "--ws-per-message-deflate", "false", "--app-dir", str(HERE), application]


def _beside(script: str, peer: Peer, rooms: int) -> Writer:
    assert peer.redis is not None
    env = dict(os.environ) | {"REDIS_PORT": str(peer.redis.port), "PYTHONPATH": f"{HERE}:{ROOT}"}
    return Writer([python(), str(HERE / script), ",".join(ROOMS[:rooms])], env=env)


_MODULES = "usr/lib/nginx/modules"
_NGINX = """\
load_module /{modules}/ngx_nchan_module.so;
daemon off;
master_process on;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    keepalive_requests 1000000;
    location ~ ^/pub/(\\w+)$ {{
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 1000;
    }}
    location ~ ^/sub/(\\w+)$ {{
      nchan_subscriber websocket;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }}
    location ~ ^/sub3/(\\w+)/(\\w+)/(\\w+)$ {{
      nchan_subscriber websocket;
      nchan_channel_id $1 $2 $3;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"""
