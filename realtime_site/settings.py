"""The site's settings, all from the environment (see docs/operating.md for each)."""

import hmac
import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from realtime import windows
from realtime_site import mongodb

BASE_DIR = Path(__file__).resolve().parent.parent


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: set it to 1 or 0.")


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r}: set it to a whole number.")
    return int(value)


def env_level(name: str) -> str:
    """The level from which on log lines are written."""
    level = (os.environ.get(name) or "INFO").strip().upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured(
            f"{name}={level!r}: set it to DEBUG, INFO, WARNING, ERROR or CRITICAL."
        )
    return level


def env_networks(name: str) -> list[str]:
    """Addresses and networks, with commas."""
    for text in env_list(name):
        try:
            ip_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}; set addresses or networks.") from None
    return env_list(name)


def env_rates(name: str) -> dict[str, windows.Rate]:
    """How often what may be done: the usual rates, but for those that it names."""
    try:
        return windows.parse(os.environ.get(name, ""))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


# Development unless told otherwise; `manage.py serve` is production unless told otherwise.
DEBUG = env_bool("DEBUG", True)
# Whether a key can be guessed is checked in checks.py.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is missing: set it to 50 or more random characters.")
    SECRET_KEY = "only-for-development-never-for-a-site-that-others-can-reach"  # noqa: S105
# Of its own, so that tokens can be ended, or read by another service, without the sessions. Where
# none is given it is made of the other, from which nobody reckons back.
JWT_SIGNING_KEY = (
    os.environ.get("JWT_SIGNING_KEY")
    or hmac.new(SECRET_KEY.encode(), b"JWT_SIGNING_KEY", "sha256").hexdigest()
)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")

# All by https, which a proxy in front speaks: cookies come by nothing else, http leads there, and
# browsers remember it for a year.
HTTPS_ONLY = env_bool("HTTPS_ONLY", False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$"]  # asked at the server's own address
SILENCED_SYSTEM_CHECKS = [
    # Not for other names of the domain, and not for ever.
    "security.W005",
    "security.W021",
    # site.E001 asks for more.
    "security.W009",
]

INSTALLED_APPS = [
    "realtime_site.development.Daphne",  # before staticfiles: its runserver speaks ASGI
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "realtime",
    "accounts",
    "posts",
    "notifications",
    "moderation",
    "presence",
    "realtime_site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "realtime_site.static.StaticFiles",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "realtime_site.headers.page_headers",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "realtime.too_often.page_writes",
]

ROOT_URLCONF = "realtime_site.urls"
ASGI_APPLICATION = "realtime_site.asgi.application"
APPEND_SLASH = False  # every path works both ways, without a redirect that would lose a POST

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.debug",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database(url: str) -> dict[str, Any]:
    """Django's database settings for a ``DATABASE_URL``."""
    if mongodb.is_url(url):
        return mongodb.database(url)
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            # Take the write lock at once: one that is taken later fails instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # WAL lets readers go on beside the writer; FULL keeps a commit over a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        # A file in tests too: threads lock each other out of an in-memory database.
        config["TEST"] = {"NAME": os.environ.get("TEST_SQLITE", f"{config['NAME']}.test")}
    elif config["ENGINE"].endswith("postgresql"):
        # Seconds. Who waits longer for a connection is told 503. A try to connect ends soon,
        # for the next request begins a new one: psycopg's own wait twice as long each time, and
        # a database that is back would not be used for minutes.
        pool = {"min_size": 1, "max_size": 20, "timeout": 2, "reconnect_timeout": 1}
        config["OPTIONS"] = {"pool": pool}
        # Looked at when it is taken: one that a restart has cut costs no request.
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'data' / 'site.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASES["default"]["ENGINE"] == mongodb.ENGINE:
    DEFAULT_AUTO_FIELD = mongodb.AUTO_FIELD
    INSTALLED_APPS = [mongodb.APPS.get(app, app) for app in INSTALLED_APPS]
    MIGRATION_MODULES = mongodb.MIGRATION_MODULES
    MIDDLEWARE.append("realtime_site.mongodb.middleware.Retried")
    SILENCED_SYSTEM_CHECKS += mongodb.SILENCED_CHECKS

REDIS_URL = os.environ.get("REDIS_URL", "")
CHANNEL_LAYERS: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # channels-redis waits up to 5 s for a message: a shorter time-out cuts idle receivers.
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 20}]},
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

# Holds what rates.py counts. A Redis that hangs costs a request at most the two limits, and only
# now and then: it is left alone for a while after that.
CACHES: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "site",
            "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Some 300 bytes each; at the usual 300 it would forget whom it counts.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    )
}
RATES = env_rates("RATES")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
SESSION_ENGINE = "accounts.sessions"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
if DEBUG:
    STATIC_ROOT.mkdir(exist_ok=True)  # nothing is collected, and nothing is to complain of that
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "realtime_site.static.ModuleManifestStorage"
        )
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["realtime.rest.throttles.Writes"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["realtime.rest.renderers.WireRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "realtime.rest.renderers.OneFormat",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PARSER_CLASSES": ["realtime.rest.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "realtime.rest.openapi.Described",
    "EXCEPTION_HANDLER": "realtime.rest.exceptions.error_response",
    "UNAUTHENTICATED_USER": None,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Realtime site",
    "DESCRIPTION": "Posts, comments, likes and people. What is saved here is live over `/ws/`.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DEFAULT_GENERATOR_CLASS": "realtime.rest.openapi.Generator",
    "SERVE_INCLUDE_SCHEMA": False,
    # What may not be empty has at least one character.
    "ENFORCE_NON_BLANK_FIELDS": True,
}

# Only from these do X-Forwarded-For and X-Forwarded-Proto count.
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES")

# Whoever asks for /metrics from elsewhere than this machine needs it.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

# Where live clients may come from besides the site itself: ["https://app.example", …].
SOCKET_CORS_ORIGIN = env_list("SOCKET_CORS_ORIGIN")
CORS_ALLOWED_ORIGINS = CSRF_TRUSTED_ORIGINS = SOCKET_CORS_ORIGIN
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "x-csrftoken"]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]
SOCKET_PORT = env_int("SOCKET_PORT", 8000)

# How many serve the site: the default of `serve --workers`, and on how many servers. What one
# process may keep to itself several may not: see the checks.
WORKERS = env_int("WORKERS", 1)
SERVERS = env_int("SERVERS", 1)

# Read by realtime/conf.py, which documents each and knows the defaults.
REALTIME = {
    name.removeprefix("REALTIME_"): value
    for name, value in os.environ.items()
    if name.startswith("REALTIME_")
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "realtime.logs.JsonLines"},
        "text": {"()": "realtime.logs.Text"},
    },
    "filters": {"in_a_line": {"()": "realtime.logs.InALine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "text" if DEBUG else "json",
            "filters": ["in_a_line"],
        }
    },
    "root": {"handlers": ["console"], "level": env_level("LOG_LEVEL")},
    "loggers": {
        "django": {"handlers": []},  # which Django gives it, beside ours
        # A refusal is told by realtime.access; SQL holds what people wrote and how they log in.
        "django.request": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        # A Redis or PostgreSQL that is gone is told by realtime.hub in a line, not by each try.
        "channels_redis": {"level": "CRITICAL"},
        "psycopg.pool": {"level": "ERROR"},
    },
}
