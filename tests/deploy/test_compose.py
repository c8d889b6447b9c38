"""The image and the compose file. No engine runs here: they are read, and what they call is called.

``compose-spec.json`` is the Compose specification's schema as docker-compose 1.29.2 has it (Apache
License 2.0).
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.servers import ROOT, Site

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def faults(compose: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(compose)]


def test_the_compose_file_keeps_to_the_specification() -> None:
    assert faults(COMPOSE) == []


def test_the_schema_would_find_a_fault() -> None:
    assert faults({"services": {"one": {"image": "x", "heathcheck": {}}}}) != []


def test_the_compose_file_has_two_servers_and_what_they_need() -> None:
    assert set(SERVICES) == {"nginx", "one", "two", "migrate", "postgres", "redis"}
    for name in ("one", "two"):
        server = SERVICES[name]
        conditions = {who: one["condition"] for who, one in server["depends_on"].items()}
        assert conditions["migrate"] == "service_completed_successfully"
        assert conditions["redis"] == "service_healthy"
        assert server["stop_grace_period"] == "60s"
        assert server["ulimits"]["nofile"] >= 20_000 + 200
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["nginx"]
    assert "noeviction" in SERVICES["redis"]["command"]


def test_every_variable_that_it_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert [name for name in asked if f"\n{name}=" not in example] == []


def test_every_file_that_it_brings_in_is_there() -> None:
    for volume in SERVICES["nginx"]["volumes"]:
        assert (ROOT / volume.split(":")[0]).is_file()


def test_the_image_runs_as_nobody_special_and_copies_what_there_is() -> None:
    first, last = re.split(r"\n(?=FROM )", DOCKERFILE.split("\nFROM ", 1)[1].join(["FROM ", ""]))
    assert re.search(r"^USER 10001$", last, re.M)
    assert "pip install" not in last  # what builds stays behind
    for source in re.findall(r"^COPY (?!--from)(\S+)", first, re.M):
        assert (ROOT / source).exists()
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.M):
        assert "/" not in image.split(":")[0]  # a name, and no registry's host


def test_what_builds_the_image_works_without_any_other_setting(tmp_path: Path) -> None:
    command = re.search(r"RUN (DEBUG=0 .*?) *\\\n *(/venv\S+) (manage.py \S+.*?) *\\", DOCKERFILE)
    assert command
    environment = dict(one.split("=", 1) for one in shlex.split(command[1]))
    code = (
        "from django.conf import settings; from django.core.management import call_command;"
        f"settings.STATIC_ROOT = {str(tmp_path)!r};"
        f"call_command(*{shlex.split(command[3])[1:]!r})"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, (tmp_path / "staticfiles.json").exists()) == (0, True), done.stderr


def test_what_asks_for_the_image_s_health_gets_an_answer(live_site: Site) -> None:
    command = json.loads(re.search(r"^    CMD (\[.*\])$", DOCKERFILE, re.M)[1])
    here = [part.replace(":8000", f":{live_site.port}") for part in command]
    nowhere = [part.replace(":8000", ":1") for part in command]
    assert subprocess.run([sys.executable, *here[1:]]).returncode == 0
    assert subprocess.run([sys.executable, *nowhere[1:]], capture_output=True).returncode != 0


@pytest.mark.parametrize("service", ["one", "migrate"])
def test_what_a_server_is_told_is_a_command_that_there_is(service: str) -> None:
    command = SERVICES[service].get("command") or json.loads(
        re.search(r"^CMD (\[.*\])", DOCKERFILE, re.M)[1]
    )
    done = subprocess.run(
        [sys.executable, "manage.py", command[0], "--help"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "DEBUG": "1"},
        capture_output=True,
        text=True,
    )
    options = [option for option in command if option.startswith("--")]
    assert [one for one in options if one not in done.stdout] == [], done.stderr
