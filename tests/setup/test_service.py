"""SECURITY 6.8: the service that `causeway run --keep` makes, and what is said where it cannot be made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import Settings, load, written
from bot.errors import CausewayError
from bot.secrets import Secrets
from bot.setup import service

MUST = {
    "DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "MemoryDenyWriteExecute=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6", "LimitCORE=0", "StateDirectory=causeway", "UMask=0077",
    "CapabilityBoundingSet=", "Restart=always",
}  # fmt: skip


@pytest.fixture
def install(tmp_path: Path) -> service.Install:
    folder = tmp_path / "opt"
    (folder / "var").mkdir(parents=True)
    (folder / "var" / "main.db").write_text("data")
    (folder / "units").mkdir()
    config = folder / "config.toml"
    values = {"bot": {"zone": "America/Chicago"}, "backup": {"data_to": "/srv/disk", "keys_to": "/srv/stick"}}
    config.write_text(written(values))
    Secrets(folder / "secrets", {}).write("discord_token", "a secret value")
    return service.Install(config, Path("/usr/bin/env"), folder / "state", folder / "units")


def settings(install: service.Install) -> Settings:
    return load(install.config)


def test_the_unit_gives_the_bot_one_folder_and_nothing_else(install: service.Install) -> None:
    """6.8"""
    unit = service.unit_files(install, settings(install))["causeway.service"]
    assert set(unit.splitlines()) >= MUST


def test_secrets_are_credentials_and_stand_in_no_unit(install: service.Install) -> None:
    """F2 and 6.8: neither values nor the environment; only those that there are."""
    units = service.unit_files(install, settings(install))
    assert f"LoadCredential=discord_token:{install.config.parent}/secrets/discord_token" in units["causeway.service"]
    assert "matrix_token" not in units["causeway.service"]
    assert "a secret value" not in "".join(units.values())


def test_back_ups_are_made_by_a_unit_without_a_network(install: service.Install) -> None:
    """E3: what talks to the internet cannot reach the copies of the keys."""
    units = service.unit_files(install, settings(install))
    assert "PrivateNetwork=yes" in units["causeway-backup.service"]
    assert "ReadWritePaths=" + f"{install.state} /srv/disk /srv/stick" in units["causeway-backup.service"]
    assert "/srv/stick" not in units["causeway.service"]
    assert "OnCalendar=*-*-* 03:00:00 America/Chicago" in units["causeway-backup.timer"]


def test_without_a_place_for_back_ups_there_is_no_timer(install: service.Install) -> None:
    install.config.write_text(written({"bot": {"name": "Puente"}}))
    assert list(service.unit_files(install, settings(install))) == ["causeway.service"]


def test_a_database_socket_on_this_machine_is_let_through(install: service.Install) -> None:
    found = settings(install)
    database = found.database.model_copy(update={"url": "postgresql:///causeway?host=/run/postgresql"})
    unit = service.unit_files(install, found.model_copy(update={"database": database}))["causeway.service"]
    assert "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX" in unit


def test_systemd_itself_accepts_the_units(install: service.Install, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: the units are compared as text only")
    for name, text in service.unit_files(install, settings(install)).items():
        (tmp_path / name).write_text(text)
    names = [str(tmp_path / name) for name in ("causeway.service", "causeway-backup.service", "causeway-backup.timer")]
    ran = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    ours = [line for line in ran.stderr.splitlines() if "causeway" in line]
    assert ours == []


def test_keeping_moves_the_data_writes_the_units_and_starts_them(
    install: service.Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "refuse_where_impossible", lambda _install: None)
    ran: list[list[str]] = []
    units = service.keep(install, settings(install), ran.append)
    assert ran == [["daemon-reload"], ["enable", "--now", "causeway.service", "causeway-backup.timer"]]
    assert sorted(path.name for path in units) == sorted(path.name for path in install.units.iterdir())
    assert (install.state / "main.db").read_text() == "data"
    after = settings(install)
    assert after.bot.data_dir == install.state
    assert after.bot.zone == "America/Chicago"
    assert after.database.url == f"sqlite:///{install.state}/main.db"
    service.keep(install, after, ran.append)
    assert (install.state / "main.db").read_text() == "data"


def test_data_in_both_places_are_left_to_a_person(install: service.Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "refuse_where_impossible", lambda _install: None)
    install.state.mkdir()
    (install.state / "main.db").write_text("other data")
    with pytest.raises(CausewayError) as caught:
        service.keep(install, settings(install), lambda _arguments: None)
    assert caught.value.key == "service.data_twice"
    assert (install.config.parent / "var" / "main.db").read_text() == "data"


def test_a_machine_without_systemd_is_told_what_to_do_instead(
    install: service.Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(service, "SYSTEMD_RUNS", tmp_path / "nothing")
    with pytest.raises(CausewayError) as caught:
        service.keep(install, settings(install))
    assert caught.value.key == "service.no_systemd"


def test_what_the_service_cannot_reach_is_named(
    install: service.Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A user of its own cannot look into somebody's closed home."""
    monkeypatch.setattr(service, "SYSTEMD_RUNS", tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(CausewayError) as caught:
        service.refuse_where_impossible(install)
    assert caught.value.key == "service.needs_root"
    monkeypatch.setattr("os.geteuid", lambda: 0)
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    with pytest.raises(CausewayError) as hidden:
        service.refuse_where_impossible(service.Install(install.config, closed / "causeway"))
    assert hidden.value.key == "service.closed_folder"


def test_the_libraries_run_where_memory_is_never_writable_and_executable() -> None:
    """6.8 left it open whether MemoryDenyWriteExecute clashes with cffi: this process forbids it to itself."""
    program = (
        "import ctypes, sys\n"
        "if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): sys.exit(3)\n"  # PR_SET_MDWE, Linux 6.3 and newer
        "import aiosqlite, asyncpg, discord, greenlet, nh3, nio, vodozemac\n"
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
        "AESGCM(b'k' * 32).encrypt(b'n' * 12, b'text', None)\n"
        "vodozemac.Account().curve25519_key\n"
    )
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    if ran.returncode == 3:
        pytest.skip("this kernel is older than 6.3 and cannot forbid it to a process")
    assert ran.returncode == 0, ran.stderr
