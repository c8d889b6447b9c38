"""The site's settings, and beside them what only tests may do to a site: see ``planted.py``."""

from realtime_site.settings import *  # noqa: F403
from realtime_site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.history.planted.PlantedConfig"]
