"""Settings of a site in production, its static files collected into a folder of the test's own."""

import os

from realtime_site.settings import *  # noqa: F403

STATIC_ROOT = os.environ["STATIC_ROOT"]
