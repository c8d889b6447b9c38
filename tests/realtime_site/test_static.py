"""Static files, in production and where there is none."""

import json
import re
from pathlib import Path

from tests.clients import Api
from tests.servers import PRODUCTION, Site


def test_modules_import_each_other_by_names_that_change_with_their_content(tmp_path: Path) -> None:
    site = Site(tmp_path, f"sqlite:///{tmp_path / 'site.sqlite3'}", **PRODUCTION)
    code = (
        "from django.conf import settings; from django.core.management import call_command; "
        f"settings.STATIC_ROOT = {str(tmp_path / 'static')!r}; "
        "call_command('collectstatic', interactive=False, verbosity=0)"
    )
    site.shell(code)
    root = tmp_path / "static"
    names: dict[str, str] = json.loads((root / "staticfiles.json").read_text())["paths"]
    client = (root / names["realtime/client.js"]).read_text()
    imported = re.findall(r'from\s*"\./([^"]+)"', client)
    assert imported
    assert [name for name in imported if f"realtime/{name}" not in names.values()] == []


async def test_a_file_that_is_none_is_not_found_in_development_too(live_site: Site) -> None:
    for path in ("/static/nope.css", "/static/../manage.py", "/static/"):
        assert (await Api(live_site.url).call("GET", path))[0] == 404
