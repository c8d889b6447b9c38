"""What `manage.py check` says of the engine's settings: at each bound, below and above."""

import pytest

from tests.realtime_site.test_checks import ALONE, found

IN_MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.mark.parametrize(
    ("limits", "ids"),
    [
        ({"PING_INTERVAL": 59, "PING_TIMEOUT": 15}, []),
        ({"PING_INTERVAL": 60, "PING_TIMEOUT": 14}, ["realtime.W001"]),
        ({"PING_INTERVAL": 61, "PING_TIMEOUT": 1}, ["realtime.W001"]),
        ({"PING_INTERVAL": 54, "PING_TIMEOUT": 20}, []),
        ({"PING_INTERVAL": 55, "PING_TIMEOUT": 20}, ["realtime.W001"]),
        ({"PING_INTERVAL": "soon"}, ["realtime.E002"]),
        ({"PING_INTERVAL": 0}, ["realtime.E002"]),
        ({"NO_SUCH_THING": 1}, ["realtime.E002"]),
        ({"MAX_FRAME_BYTES": 2_047}, ["realtime.E003"]),
        ({"MAX_FRAME_BYTES": 2_048}, []),
        ({"MAX_FRAME_BYTES": 2_049}, []),
        ({"SLOW_CONSUMER_BYTES": 262_143}, ["realtime.W002"]),
        ({"SLOW_CONSUMER_BYTES": 262_144}, []),
        ({"SLOW_CONSUMER_BYTES": 262_145}, []),
        ({"MAX_CONNECTIONS": 199}, ["realtime.W003"]),
        ({"MAX_CONNECTIONS": 200}, []),
        ({"MAX_CONNECTIONS": 201}, []),
        ({"MAX_CONNECTIONS_PER_USER": 20_001}, ["realtime.W003"]),
        ({"LOG_RETENTION": 45}, ["realtime.E004"]),  # as PING_INTERVAL and PING_TIMEOUT together
        ({"LOG_RETENTION": 46}, ["realtime.W004"]),
        ({"LOG_RETENTION": 899}, ["realtime.W004"]),
        ({"LOG_RETENTION": 900}, []),
        ({"LOG_RETENTION": 901}, []),
    ],
)
def test_a_limit_that_makes_no_sense_is_said(limits: dict[str, object], ids: list[str]) -> None:
    assert found(REALTIME=limits) == ids


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({"CHANNEL_LAYERS": IN_MEMORY}, ["realtime.E001"]),
        ({"CHANNEL_LAYERS": IN_MEMORY, "SERVERS": 1}, ["realtime.E001"]),
        ({"CHANNEL_LAYERS": IN_MEMORY, "WORKERS": 1}, ["realtime.E001"]),
        ({"CHANNEL_LAYERS": IN_MEMORY, **ALONE}, []),
        ({"SOCKET_CORS_ORIGIN": ["app.example"]}, ["realtime.E005"]),
        ({"SOCKET_CORS_ORIGIN": ["https://app.example/"]}, ["realtime.E005"]),
        ({"SOCKET_CORS_ORIGIN": ["https://*.example"]}, ["realtime.E005"]),
        ({"SOCKET_CORS_ORIGIN": ["https://app.example:8443"]}, []),
        ({"SOCKET_CORS_ORIGIN": ["http://app.example"]}, ["realtime.W005"]),
        ({"TRUSTED_PROXIES": ["8.8.0.0/15"]}, ["realtime.E006"]),
        ({"TRUSTED_PROXIES": ["8.8.0.0/16"]}, []),
        ({"TRUSTED_PROXIES": ["8.8.0.0/17"]}, []),
        ({"TRUSTED_PROXIES": ["10.0.0.0/8"]}, []),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0", "::/0"]}, ["realtime.E006", "realtime.E006"]),
        ({"TRUSTED_PROXIES": ["2a00::/47"]}, ["realtime.E006"]),
        ({"TRUSTED_PROXIES": ["2a00::/48"]}, []),
        ({"METRICS_TOKEN": "b" * 15}, ["realtime.W006"]),
        ({"METRICS_TOKEN": "b" * 16}, []),
        ({"METRICS_TOKEN": "b" * 17}, []),
        ({"METRICS_TOKEN": ""}, []),
    ],
)
def test_what_is_dangerous_or_contradicts_is_said(
    changed: dict[str, object], ids: list[str]
) -> None:
    assert found(**changed) == ids
