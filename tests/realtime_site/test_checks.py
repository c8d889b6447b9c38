"""What `manage.py check` says of the site's settings: at each bound, below and above."""

import subprocess
import sys
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings

from realtime_site import keys
from tests.guards.source import ROOT
from tests.guards.test_env_example import EXAMPLE

#: Each as `openssl rand -base64 48` gave it.
ONE_KEY = "dZsE1r5k0iFJxTq0r9mPaXvYB3nH2cL8wUoKgQ7eS4tV6yD+jRzNhMpG/AfCbWlO"
ANOTHER_KEY = "Yq8LmVt3RzKx0PfNnW5sJhB7cGdU2aEoXi4TvQ9lMyS6kHwC1rDjFbZpOeAu+I/g"
PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"
LOCAL_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS_CACHE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
#: Of a site with two servers and two workers each, with which nothing is wrong.
GOOD = {
    "DEBUG": False,
    "SECRET_KEY": ONE_KEY,
    "JWT_SIGNING_KEY": ANOTHER_KEY,
    "ALLOWED_HOSTS": ["site.example"],
    "SOCKET_CORS_ORIGIN": ["https://app.example"],
    "TRUSTED_PROXIES": ["10.0.0.0/24"],
    "METRICS_TOKEN": "b" * 32,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "WORKERS": 2,
    "SERVERS": 2,
    "CHANNEL_LAYERS": {"default": {"BACKEND": PUBSUB}},
    "CACHES": REDIS_CACHE,
    "REALTIME": {},
}
ALONE = {"WORKERS": 1, "SERVERS": 1}


def found(deploy: bool = True, engine: str = "postgresql", **changed: object) -> list[str]:
    """The ids of what is said of these settings; each says how to mend it."""
    database = {"ENGINE": f"django.db.backends.{engine}"}
    with override_settings(**GOOD | changed), patch.dict(settings.DATABASES["default"], database):
        said = [
            one for one in run_checks(include_deployment_checks=deploy) if not one.is_silenced()
        ]
    assert all(one.msg and one.hint for one in said if one.id.startswith(("site.", "realtime.")))
    return [one.id for one in said]


def test_good_settings_are_well() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        # keys
        ({"SECRET_KEY": ONE_KEY[:49]}, ["site.E001"]),
        ({"SECRET_KEY": ONE_KEY[:50]}, []),
        ({"JWT_SIGNING_KEY": ANOTHER_KEY[:49]}, ["site.E001"]),
        ({"JWT_SIGNING_KEY": ANOTHER_KEY[:50]}, []),
        ({"JWT_SIGNING_KEY": "django-insecure-" + ANOTHER_KEY}, ["site.E001"]),
        ({"SECRET_KEY": "a" * 60, "JWT_SIGNING_KEY": "b" * 60}, ["site.E001", "site.E001"]),
        ({"JWT_SIGNING_KEY": ONE_KEY}, ["site.E002"]),
        ({"JWT_SIGNING_KEY": ONE_KEY[:-1]}, []),
        # what only matters where others reach the site
        ({"DEBUG": True}, ["security.W018", "site.E003"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["site.E004"]),
        ({"ALLOWED_HOSTS": ["site.example", "*"]}, ["site.E004"]),
        ({"ALLOWED_HOSTS": [".site.example"]}, []),
        ({"ALLOWED_HOSTS": []}, ["security.W020"]),
        ({"TRUSTED_PROXIES": []}, ["site.E005"]),
        ({"SECURE_SSL_REDIRECT": False}, ["security.W008", "site.W001"]),
        ({"SECURE_SSL_REDIRECT": False, "TRUSTED_PROXIES": []}, ["security.W008", "site.W001"]),
        # several processes
        ({"CACHES": LOCAL_CACHE}, ["site.W002"]),
        ({"CACHES": LOCAL_CACHE, "SERVERS": 1}, ["site.W002"]),
        ({"CACHES": LOCAL_CACHE, **ALONE}, []),
        ({"engine": "sqlite3"}, ["site.E006"]),
        ({"engine": "sqlite3", "SERVERS": 1}, ["site.W003"]),
        ({"engine": "sqlite3", **ALONE}, []),
    ],
)
def test_what_is_dangerous_or_contradicts_is_said(
    changed: dict[str, object], ids: list[str]
) -> None:
    assert sorted(found(**changed)) == sorted(ids)


def test_on_ones_own_machine_only_what_cannot_work_is_said() -> None:
    weak = {"SECRET_KEY": "only-for-development", "JWT_SIGNING_KEY": "only-for-development"}
    here = {"DEBUG": True, "ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": False, **weak}
    assert found(deploy=False, **here) == []
    assert found(deploy=False, **here, engine="sqlite3") == ["site.E006"]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("a" * 16 + "b" * 16 + "c" * 16 + "d" * 16, ""),  # 2 bits each: 128 in all
        ("a" * 16 + "b" * 16 + "c" * 16 + "d" * 15, "worth 126 bits"),
        ("a" * 17 + "b" * 17 + "c" * 16 + "d" * 16, ""),
        ("0123456789abcdef" * 4, "over and over"),
        ("0123456789abcdef" * 4 + "0", "over and over"),
        ("0123456789abcdef" * 3 + "abcdef0123456789", ""),
        ("only-for-development-" + ONE_KEY, "in the source"),
        ("", "has 0 characters"),
    ],
)
def test_a_key_is_weighed(key: str, wrong: str) -> None:
    said = keys.weakness(key)
    assert wrong in said
    assert bool(said) is bool(wrong)


# -- as an operator runs it ------------------------------------------------------------------------


def documented() -> dict[str, str]:
    """The environment of .env.example, filled in as it says, behind a proxy that speaks TLS."""
    return {name: value for name, value in EXAMPLE.items() if value} | {
        "SECRET_KEY": ONE_KEY,
        "JWT_SIGNING_KEY": ANOTHER_KEY,
        "HTTPS_ONLY": "1",
    }


def check(*arguments: str, **environment: str) -> tuple[int, str]:
    env = {"PATH": "/usr/bin:/bin", **environment}
    command = [sys.executable, "manage.py", "check", "--fail-level", "WARNING", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_the_documented_environment_is_clean() -> None:
    code, said = check("--deploy", **documented())
    assert "System check identified no issues" in said
    assert code == 0


def test_a_key_that_is_missing_is_asked_for_and_that_of_tokens_is_made() -> None:
    code, said = check(**documented() | {"SECRET_KEY": ""})
    assert code == 1
    assert "SECRET_KEY is missing: set it to 50 or more random characters" in said
    code, said = check("--deploy", **documented() | {"JWT_SIGNING_KEY": ""})
    assert (code, "no issues" in said) == (0, True)


def test_a_key_that_is_weak_is_found_before_the_site_goes_live() -> None:
    code, said = check("--deploy", **documented() | {"JWT_SIGNING_KEY": "x" * 50})
    assert code == 1
    assert "site.E001" in said
    assert "x" * 50 not in said
