#!/usr/bin/env python
"""Django's command line, for this project's settings."""

import os
import sys


def main() -> None:
    """Run the command; what is wrong with the settings, or Ctrl-C, is no traceback."""
    if sys.argv[1:2] == ["serve"]:
        os.environ.setdefault("DEBUG", "0")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime_site.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        try:
            execute_from_command_line(sys.argv)
        except ImproperlyConfigured as error:
            sys.exit(f"Wrong setting: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
