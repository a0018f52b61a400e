"""`causeway run --keep`: two systemd units, one that runs the bot and one that backs it up every night (SECURITY 6.8).

The bot gets a user of its own that exists only while it runs, secrets as credentials, one writable folder and nothing
else. Back-ups are made by a second, offline unit, so the process that talks to the internet cannot reach the folder
in which the copies of the keys lie.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot import backup
from bot.config import Settings, load, written
from bot.errors import CausewayError
from bot.secrets import write_private

STATE = Path("/var/lib/causeway")
UNITS = Path("/etc/systemd/system")
SYSTEMD_RUNS = Path("/run/systemd/system")  # systemd(1), sd_booted(3): there only when systemd is the init
Run = Callable[[list[str]], None]

_SERVICE = """\
# Made by `causeway run --keep`. Changes go into: systemctl edit causeway
[Unit]
Description=Causeway, the bot of a coalition
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart={command} --config %d/config.toml run
Restart=always
RestartSec=5
TimeoutStopSec=60
{credentials}
Environment=CAUSEWAY_BOT__DATA_DIR={state}
Environment=CAUSEWAY_BACKUP__DATA_TO= CAUSEWAY_BACKUP__KEYS_TO=
DynamicUser=yes
StateDirectory=causeway
StateDirectoryMode=0700
UMask=0077
{sandbox}
RestrictAddressFamilies={families}
MemoryDenyWriteExecute=yes
CapabilityBoundingSet=

[Install]
WantedBy=multi-user.target
"""

_BACKUP = """\
# Made by `causeway run --keep`: the nightly back-up, without a network.
[Unit]
Description=Back-up of Causeway

[Service]
Type=oneshot
ExecStart={command} --config {config} db backup
{sandbox}
ReadWritePaths={writable}
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
UMask=0077
"""

_TIMER = """\
# Made by `causeway run --keep`.
[Unit]
Description=Nightly back-up of Causeway

[Timer]
OnCalendar=*-*-* {hour:02}:00:00 {zone}
Persistent=yes
RandomizedDelaySec=300

[Install]
WantedBy=timers.target
"""

_SANDBOX = """\
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
NoNewPrivileges=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
LimitCORE=0"""


@dataclass(frozen=True)
class Install:
    """Where things are. Tests put other folders here."""

    config: Path
    command: Path
    state: Path = STATE
    units: Path = UNITS


def unit_files(install: Install, settings: Settings) -> dict[str, str]:
    """The text of every unit file by its name."""
    sandbox = _SANDBOX.format(home="read-only" if _in_a_home(install.command) else "yes")
    units = {
        "causeway.service": _SERVICE.format(
            command=install.command, state=install.state, sandbox=sandbox,
            credentials="\n".join(_credentials(install, settings)), families=_families(settings),
        )
    }  # fmt: skip
    backup_to = settings.backup
    if backup_to.data_to is not None and backup_to.keys_to is not None:
        writable = f"{install.state} {backup_to.data_to} {backup_to.keys_to}"
        units["causeway-backup.service"] = _BACKUP.format(
            command=install.command, config=install.config, sandbox=sandbox, writable=writable
        )
        units["causeway-backup.timer"] = _TIMER.format(hour=backup_to.hour, zone=settings.bot.zone)
    return units


def keep(install: Install, settings: Settings, run: Run | None = None) -> list[Path]:
    """Moves the data to where the service may write; writes, enables and starts the units. CausewayError when not."""
    refuse_where_impossible(install)
    with backup.running(settings.bot.data_dir):
        settings = move_data(install, settings)
    written_units = []
    for name, text in unit_files(install, settings).items():
        path = install.units / name
        path.write_text(text, encoding="utf-8")
        written_units.append(path)
    run = run or _systemctl
    run(["daemon-reload"])
    run(["enable", "--now", *(path.name for path in written_units if path.name != "causeway-backup.service")])
    return written_units


def refuse_where_impossible(install: Install) -> None:
    """CausewayError with what to do instead: no systemd, no root, or code that the service's user cannot reach."""
    if not SYSTEMD_RUNS.exists():
        raise CausewayError("service.no_systemd", command=str(install.command))
    if os.geteuid() != 0:
        raise CausewayError("service.needs_root", command=str(install.command), config=str(install.config))
    needed = {*install.command.parents, *Path(sys.executable).resolve().parents}
    closed = sorted(folder for folder in needed if not folder.stat().st_mode & 0o001)
    if closed:
        raise CausewayError("service.closed_folder", folder=str(closed[0]))


def move_data(install: Install, settings: Settings) -> Settings:
    """Puts databases and the Matrix key store under the state folder, once, and says so in the settings file."""
    old = settings.bot.data_dir
    if old == install.state:
        return settings
    install.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (install.state / "main.db").exists():
        raise CausewayError("service.data_twice", old=str(old), new=str(install.state))
    for path in sorted(old.iterdir()):
        if path.name != "running":
            shutil.move(path, install.state / path.name)
    values = tomllib.loads(install.config.read_text(encoding="utf-8"))
    values.setdefault("bot", {})["data_dir"] = str(install.state)
    write_private(install.config, written(values))
    return load(install.config)


def _credentials(install: Install, settings: Settings) -> Iterator[str]:
    """The settings, and each secret that there is; systemd hands them to the service's user only."""
    yield f"LoadCredential=config.toml:{install.config}"
    for name in secret_names(settings):
        if (settings.bot.secrets_dir / name).exists():
            yield f"LoadCredential={name}:{settings.bot.secrets_dir / name}"


def secret_names(settings: Settings) -> list[str]:
    """Every secret that the settings name."""
    sections = (settings.database, settings.discord, settings.matrix)
    return [value for section in sections for key, value in section if key.endswith("_secret")]


def _families(settings: Settings) -> str:
    """A socket of PostgreSQL on this machine is the one reason for more than the internet."""
    local = any("host=/" in url or "@/" in url for url in (settings.database.url, settings.database.keyring_url))
    return "AF_INET AF_INET6 AF_UNIX" if local else "AF_INET AF_INET6"


def _in_a_home(path: Path) -> bool:
    return path.is_relative_to("/home") or path.is_relative_to(Path.home())


def _systemctl(arguments: list[str]) -> None:
    try:
        subprocess.run(["systemctl", *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as wrong:
        raise CausewayError("service.systemctl", command=" ".join(["systemctl", *arguments])) from wrong


def this_command() -> Path:
    """The program that is running, by its full path."""
    beside = Path(sys.executable).parent / "causeway"
    return beside if beside.exists() else Path(sys.argv[0]).absolute()
