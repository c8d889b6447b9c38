"""The site's settings, and a page that counts what its process holds: see ``inside.py``."""

from datetime import timedelta

from realtime_site.settings import *  # noqa: F403
from realtime_site.settings import SIMPLE_JWT

ROOT_URLCONF = "benchmarks.inside"
# A token is to last longer than the measurement.
SIMPLE_JWT = {**SIMPLE_JWT, "ACCESS_TOKEN_LIFETIME": timedelta(days=1)}
