"""nginx with TLS, by the very file that others are told to use: deploy/nginx-tls.conf."""

import asyncio
import difflib
import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.clients import Api
from tests.conftest import _sites
from tests.servers import ROOT, Missing, Postgres, Server, Site, free_port, program

DEPLOY = ROOT / "deploy"


class TlsNginx(Server):
    """nginx with deploy/nginx-tls.conf and a certificate of its own, before these sites."""

    def __init__(self, folder: Path, sites: list[Site]) -> None:
        nginx = program("nginx", package="nginx-light", folders="usr/sbin")
        self.plain_port, port = free_port(), free_port()
        self.certificate, key = folder / "site.pem", folder / "site.key"
        _certify(self.certificate, key)
        values = {
            "user www-data;": f"user {'root' if os.geteuid() == 0 else 'nobody'};",
            "/run/nginx.pid": str(folder / "nginx.pid"),
            "/var/log/nginx/error.log": str(folder / "error.log"),
            "listen 80 default_server;": f"listen 127.0.0.1:{self.plain_port} default_server;",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
            "/etc/ssl/site.pem": str(self.certificate),
            "/etc/ssl/site.key": str(key),
            "limit_conn clients 500;": "limit_conn clients 30;",
            "site.example": "127.0.0.1",
            "access_log off;": "access_log off;"
            + "".join(
                f" {kind}_temp_path {folder}/{kind};"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
        }
        for number, site in enumerate(sites, 1):
            values[f"10.0.0.{number}:8000"] = f"127.0.0.1:{site.port}"
        text = (DEPLOY / "nginx-tls.conf").read_text()
        for name, value in values.items():
            assert name in text
            text = text.replace(name, value)
        file = folder / "nginx.conf"
        file.write_text(text)
        super().__init__(
            [nginx, "-c", str(file), "-p", str(folder), "-g", "daemon off;"],
            port=port,
            folder=folder,
        )

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client needs that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def open(self, path: str, **headers: str):
        request = urllib.request.Request(self.url + path, headers=headers)
        return urllib.request.urlopen(request, timeout=20, context=self.trust)


def _certify(certificate: Path, key: Path) -> None:
    openssl = program("openssl", package="openssl")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def sites(
    server_folder: Callable[[str], Path],
    migrated_sqlite: Path,
    postgres_server: Postgres,
    redis_server: Server,
) -> Iterator[list[Site]]:
    """Two servers that are reached by https alone."""
    for start in _sites(server_folder, migrated_sqlite):
        url = postgres_server.migrated("tls")
        setting = {"database_url": url, "redis_url": redis_server.url}
        setting |= {"HTTPS_ONLY": "1", "TRUSTED_PROXIES": "127.0.0.1"}
        yield [start(**setting), start(**setting)]


@pytest.fixture(scope="module")
def nginx(sites: list[Site], server_folder: Callable[[str], Path]) -> Iterator[TlsNginx]:
    try:
        server = TlsNginx(server_folder("nginx"), sites)
    except Missing as missing:
        pytest.skip(str(missing))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def token(sites: list[Site]) -> str:
    """Somebody's, who came by a proxy that says https."""
    api = Api(sites[0].url)
    form = {"username": f"tls-{os.urandom(4).hex()}", "password": "a-long-way-to-kyoto"}
    status, answer = await api.call(
        "POST", "/api/auth/register", form, {"X-Forwarded-Proto": "https"}
    )
    assert status == 201, answer
    return str(answer["access"])


async def test_a_page_comes_by_https_once_told_to_stay_there(nginx: TlsNginx) -> None:
    with await asyncio.to_thread(nginx.open, "/login/") as page:
        assert page.status == 200
        assert page.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
        cookie = page.headers["Set-Cookie"]
        assert "csrftoken=" in cookie
        assert "; Secure" in cookie
        assert f"wss://127.0.0.1:{nginx.port}" in page.headers["Content-Security-Policy"]


async def test_http_leads_to_https(nginx: TlsNginx) -> None:
    url = f"http://127.0.0.1:{nginx.plain_port}/posts/1/?a=b"
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(_without_following, url)
    assert refused.value.code == 308
    assert refused.value.headers["Location"] == "https://127.0.0.1/posts/1/?a=b"
    assert "Strict-Transport-Security" not in refused.value.headers


def _without_following(url: str) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: object) -> None:
            return None

    urllib.request.build_opener(Stay).open(url, timeout=10)


async def test_a_socket_opens_by_wss_with_two_hundred_rooms_in_its_address(
    nginx: TlsNginx, token: str
) -> None:
    rooms = ",".join(f"post:01900000-0000-7000-8000-{number:012d}" for number in range(200))
    url = f"wss://127.0.0.1:{nginx.port}/ws/?rooms={rooms}"
    headers = {"Authorization": f"Bearer {token}", "Origin": nginx.url}
    async with connect(url, ssl=nginx.trust, additional_headers=headers) as socket:
        assert json.loads(await socket.recv())["type"] == "connect"


async def test_a_stream_s_lines_come_as_they_are_written(
    nginx: TlsNginx, sites: list[Site], token: str
) -> None:
    def first_line_of_an_event() -> str:
        with nginx.open("/api/realtime/stream", Authorization=f"Bearer {token}") as stream:
            stream.readline()  # its position: it is registered
            there.set()
            while not (line := stream.readline().decode()).startswith("data: "):
                pass
            return line

    there = asyncio.Event()
    loop = asyncio.get_running_loop()
    there.set = lambda _set=there.set: loop.call_soon_threadsafe(_set)  # type: ignore[method-assign]
    reading = asyncio.create_task(asyncio.to_thread(first_line_of_an_event))
    await asyncio.wait_for(there.wait(), 10)
    status, _answer = await Api(sites[1].url, token).call(
        "POST", "/api/posts", {"body": "by TLS"}, {"X-Forwarded-Proto": "https"}
    )
    assert status == 201
    line = await asyncio.wait_for(reading, 5)  # before any comment line would push it out
    assert json.loads(line[6:])["payload"]["post"]["body"] == "by TLS"


async def test_one_address_cannot_have_all_connections(nginx: TlsNginx, token: str) -> None:
    url, headers = f"wss://127.0.0.1:{nginx.port}/ws/", {"Authorization": f"Bearer {token}"}
    held = []
    try:
        with pytest.raises(InvalidStatus) as refused:
            for _ in range(31):
                held.append(await connect(url, ssl=nginx.trust, additional_headers=headers))
        assert refused.value.response.status_code == 429
        assert len(held) == 30
    finally:
        await asyncio.gather(*(socket.close() for socket in held))


def lines(name: str) -> list[str]:
    return [
        line.split("#")[0].strip()
        for line in (DEPLOY / name).read_text().splitlines()
        if line.split("#")[0].strip()
    ]


@pytest.mark.parametrize(
    ("name", "differences"),
    [
        (
            "nginx-tls.conf",
            {
                "-listen 80;",
                "+listen 80 default_server;",
                "+listen 443 ssl http2;",
                "+ssl_certificate     /etc/ssl/site.pem;",
                "+ssl_certificate_key /etc/ssl/site.key;",
                "+limit_conn_zone $binary_remote_addr zone=clients:10m;",
                "+limit_conn clients 500;",
                "+limit_conn_status 429;",
                "+ssl_protocols TLSv1.2 TLSv1.3;",
                "+ssl_prefer_server_ciphers off;",
                "+ssl_session_cache shared:tls:20m;",
                "+ssl_session_timeout 1d;",
                "+ssl_session_tickets off;",
                "+server {",
                "+server_name site.example;",
                "+return 308 https://$host$request_uri;",
                "+}",
            },
        ),
        (
            "nginx-compose.conf",
            {
                "-user www-data;",
                "+user nginx;",
                "-error_log /var/log/nginx/error.log warn;",
                "+error_log /dev/stderr warn;",
                "-server 10.0.0.1:8000 max_fails=1 fail_timeout=2s;",
                "+server one:8000 max_fails=1 fail_timeout=2s;",
                "-server 10.0.0.2:8000 max_fails=1 fail_timeout=2s;",
                "+server two:8000 max_fails=1 fail_timeout=2s;",
                "-server 10.0.0.1:8000 max_fails=0;",
                "+server one:8000 max_fails=0;",
                "-server 10.0.0.2:8000 max_fails=0;",
                "+server two:8000 max_fails=0;",
                "-server_name site.example;",
                "+server_name _;",
            },
        ),
    ],
)
def test_a_variant_differs_from_nginx_conf_in_what_it_is_for_alone(
    name: str, differences: set[str]
) -> None:
    diff = difflib.unified_diff(lines("nginx.conf"), lines(name), lineterm="", n=0)
    changed = {one for one in diff if one[0] in "+-" and one[:3] not in ("+++", "---")}
    assert changed == differences
