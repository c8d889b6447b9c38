"""What the how-tos need besides the tutorial's project: curl that is read as it goes, and nginx."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.servers import Missing, Server, free_port, program
from tests.tutorial.blocks import blocks
from tests.tutorial.conftest import Beginner

#: In the order in which they go on from each other.
HOW_TOS = [
    f"how-to/{name}.md"
    for name in (
        "add-an-event",
        "add-a-room-with-rights",
        "send-from-a-task",
        "behind-nginx",
        "read-with-curl",
        "another-language",
        "write-a-test",
    )
]


def shell_lines(document: str) -> list[str]:
    """What a document has its reader type."""
    return [
        line
        for block in blocks(document)
        if block.language == "sh"
        for line in block.text.splitlines()
    ]


def transcripts(document: str) -> list[str]:
    return [block.text for block in blocks(document) if block.language == "text"]


@contextmanager
def curl(line: str, beginner: Beginner) -> Iterator[IO[str]]:
    """The output of a line that does not end by itself, as it comes."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not here: apt-get install curl")
    line = line.replace("127.0.0.1:8000", f"127.0.0.1:{beginner.port}")
    # A bound for a server that never says what is waited for: the output ends, and the test fails.
    line = line.replace("curl ", "exec curl --max-time 20 ")
    process = subprocess.Popen(
        ["sh", "-ec", line],
        cwd=beginner.folder,
        env=beginner.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def until(output: IO[str], text: str) -> str:
    """The lines up to the first that begins so, and this one."""
    lines: list[str] = []
    for line in output:
        lines.append(line)
        if line.startswith(text):
            return "".join(lines)
    raise AssertionError(f"never said {text!r}: {lines}")


def nginx(file: Path, site_port: int) -> Server:
    """nginx with this file, at ports that are free and with folders that are its own."""
    try:
        path = program("nginx", package="nginx-light", folders="usr/sbin")
    except Missing as missing:
        pytest.skip(str(missing))
    port, text = free_port(), file.read_text()
    for said, used in [("listen 8080;", f"listen 127.0.0.1:{port};"), (":8000;", f":{site_port};")]:
        assert said in text
        text = text.replace(said, used)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f" {kind}_temp_path {file.parent}/nginx-{kind};" for kind in kinds)
    text = text.replace("http {", f"http {{ access_log off;{folders}")
    ours = file.with_name("nginx-here.conf")
    ours.write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    globally = f"daemon off; {user} pid {file.parent}/nginx.pid; error_log stderr;"
    command = [path, "-c", str(ours), "-p", str(file.parent), "-g", globally]
    output = file.parent / "nginx-output"
    output.mkdir(exist_ok=True)
    return Server(command, port=port, folder=output)
