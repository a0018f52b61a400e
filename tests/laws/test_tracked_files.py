"""What lies in the repository: nothing of the machine it was made on, no dead links, nothing that drifted apart."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.config import example, keys
from tests.laws.sources import ROOT, files, sources

WRITTEN = {".py", ".md", ".toml", ".lock", ".txt", ".html", ".js", ".css", ".yml", ""}
TEXT = [path for path in files() if path.suffix in WRITTEN]
# Written in pieces: this file is looked at too.
MACHINE = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "farm-" + "studio", "farm-" + "bench"]
MACHINE += ["py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb." + "debian"]
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def test_no_file_names_the_machine_it_was_made_on() -> None:
    found = [
        f"{path}:{number} {mark}"
        for path in TEXT
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for mark in MACHINE
        if mark in line
    ]
    assert not found


def test_the_example_settings_are_what_the_code_prints() -> None:
    """Law 7: `causeway config example > config.example.toml` after a change."""
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == example()


def test_every_setting_is_read_somewhere() -> None:
    """A setting that nothing reads is a promise that nobody keeps."""
    code = "\n".join(source.text for source in sources("bot", "cogs") if source.module != "bot.config")
    settings = [(section, key) for section, found in keys().items() for key in found]
    assert [f"{section}.{key}" for section, key in settings if not re.search(rf"\.{key}\b", code)] == []


@pytest.mark.parametrize("page", [path for path in files() if path.suffix == ".md"], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings that a page points to exist."""
    text = (ROOT / page).read_text(encoding="utf-8")
    dead = [target for pair in LINK.findall(text) for target in pair if target and not leads_somewhere(page, target)]
    assert not dead


def leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    name, _, anchor = target.partition("#")
    file = (ROOT / page.parent / name) if name else ROOT / page
    return file.exists() and (not anchor or anchor in headings(file))


def headings(file: Path) -> set[str]:
    """Anchors as forges make them: small letters, spaces become hyphens, punctuation goes."""
    lines = re.findall(r"^#+ +(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_its_hash(name: str) -> None:
    """F6"""
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+(?:\[[\w,]+\])?)==(\S+)(.*)\\$", text, re.MULTILINE)
    assert len(pins) > 20
    assert len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) == len(pins)
    assert text.count("--hash=sha256:") >= len(pins)


def test_both_locks_agree() -> None:
    """The tests run on what the bot runs on."""
    run, dev = (dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in
                ("requirements.lock", "requirements-dev.lock"))  # fmt: skip
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (ROOT / "requirements-dev.lock").read_text().lower()
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["build"], *extras["dev"]]
    names = [re.sub(r"[._]", "-", re.split(r"[\[><=~! ]", line)[0].lower()) for line in asked]
    assert [name for name in names if f"\n{name}" not in f"\n{locked}"] == []
    # Left out when compiled without `--extra build`: then a fresh machine cannot build the project.
    assert "\nsetuptools==" in (ROOT / "requirements.lock").read_text()
