"""`causeway demo` as a person starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen


@contextmanager
def demo(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and the address it prints; temporary files go to `folder`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0", "--language", "en", *more], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.communicate()


def test_the_page_opens_and_nothing_is_left_behind(tmp_path: Path) -> None:
    """Issue 2, section 3: an embedded file that is gone at the end; a second one on the same port says so."""
    with demo(tmp_path) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        with urlopen(address) as page:
            assert b"Causeway" in page.read()
        assert len(list(tmp_path.glob("causeway-demo-*"))) == 1
        _a_taken_port_is_one_sentence(address.rstrip("/").rpartition(":")[2])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


def _a_taken_port_is_one_sentence(port: str) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--port", port, "--language", "en"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert second.returncode == 1
    assert f"Port {port} cannot be used" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_database_can_be_kept(tmp_path: Path) -> None:
    with demo(tmp_path, "--keep") as (process, _address):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert [one.name for one in tmp_path.glob("causeway-demo-*/causeway.db")] == ["causeway.db"]
