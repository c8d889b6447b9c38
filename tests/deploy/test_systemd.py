"""The systemd units, read by the real systemd-analyze."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT, Missing, program

UNITS = ROOT / "deploy/systemd"


@pytest.fixture(scope="module")
def analyze() -> str:
    try:
        return program("systemd-analyze", package="systemd")
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as installed, with the site in a folder that there is."""
    python = tmp_path / "opt/realtime/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (tmp_path / "units").mkdir()
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/realtime", str(tmp_path / "opt/realtime"))
        (tmp_path / "units" / unit.name).write_text(text)
    for port in (8001, 8002):
        (tmp_path / f"units/realtime@{port}.service").symlink_to("realtime@.service")
    return tmp_path / "units"


def verify(analyze: str, units: Path) -> str:
    """What systemd has to say against them."""
    done = subprocess.run(
        [analyze, "verify", units / "realtime@8001.service", units / "realtime.target"],
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_systemd_has_nothing_against_the_units(analyze: str, units: Path) -> None:
    assert verify(analyze, units) == ""


def test_systemd_would_say_what_is_wrong(analyze: str, units: Path) -> None:
    template = units / "realtime@.service"
    template.write_text(template.read_text().replace("TimeoutStopSec=60", "TimeoutStoppSec=60"))
    assert "TimeoutStoppSec" in verify(analyze, units)


def test_a_server_is_well_shut_in(analyze: str, units: Path) -> None:
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", units / "realtime@8001.service"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    (exposure,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(exposure) <= 1.5  # of 10; the network is most of what is left


def test_a_unit_gives_a_server_the_time_and_the_files_that_it_needs() -> None:
    text = (UNITS / "realtime@.service").read_text()
    settings = dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
    assert settings["TimeoutStopSec"] == "60"
    assert settings["KillMode"] == "mixed"
    assert int(settings["LimitNOFILE"]) >= 20_000 + 200
    assert settings["EnvironmentFile"] == "/etc/realtime/realtime.env"
