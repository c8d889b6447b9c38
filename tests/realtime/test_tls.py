"""TLS ended in our own process: what is written past the encryption would be read by nobody."""

import datetime
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect

from realtime.consumers import RealtimeConsumer
from realtime.direct import EXTENSION
from tests.realtime.conftest import ON_DATABASE, said
from tests.serving import serving

pytestmark = ON_DATABASE


@pytest.fixture
def certificate(tmp_path):
    """A self-made one for localhost: the file of the certificate and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path / "certificate.pem", tmp_path / "key.pem"


@pytest.fixture
async def site(hub, certificate):
    """The engine's consumer behind TLS: its address, and the scopes of its handshakes."""
    scopes, consumer = [], RealtimeConsumer.as_asgi()

    async def application(scope, receive, send):
        scopes.append(scope)
        await consumer(scope, receive, send)

    file, key = certificate
    async with serving(application, ssl_certfile=str(file), ssl_keyfile=str(key)) as server:
        url = f"wss://localhost:{server.config.port}/ws/"
        yield url, ssl.create_default_context(cafile=file), scopes


async def test_a_socket_under_tls_gets_its_frames_by_the_plain_road(site):
    address, context, scopes = site
    bearer = {"Authorization": "Bearer ann"}
    async with connect(address, ssl=context, additional_headers=bearer) as socket:
        assert json.loads(await socket.recv())["type"] == "connect"
        assert (scopes[0]["scheme"], EXTENSION in scopes[0]["extensions"]) == ("wss", False)
        # More than the transport buffers, less than makes a slow consumer.
        await said(*(str(number) * 50_000 for number in range(10)))
        frames = [json.loads(await socket.recv()) for _ in range(10)]
        texts = [frame["payload"]["text"] for frame in frames]
        assert texts == [str(number) * 50_000 for number in range(10)]
        await socket.send('{"type":"heartbeat","id":"1"}')
        assert json.loads(await socket.recv())["id"] == "1"
