"""`causeway run`, `db` and `code` as people use them: a process, a signal, a second one that is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import backup
from bot.cli.run import adapters_of, back_up_when_due
from bot.clock import MovableClock
from bot.config import from_values, load, written
from bot.errors import ConfigError
from bot.secrets import Secrets
from bot.setup.writing import opened
from tests.discord_standin import StandIn
from tests.setup.program import ran, running


def installed(folder: Path, standin: StandIn) -> Path:
    config = folder / "config.toml"
    for place in ("disk", "stick"):
        (folder / place).mkdir()
    address = {"enabled": True, "api_url": standin.api_url, "gateway_url": standin.gateway_url}
    config.write_text(written({"discord": address, "backup": {"data_to": "disk", "keys_to": "stick"}}))
    secrets = Secrets(folder / "secrets", {})
    secrets.write("discord_token", standin.token)
    secrets.make("master_key")
    return config


async def test_it_runs_until_it_is_stopped_and_only_once(standin: StandIn, tmp_path: Path) -> None:
    """h11 and h14: one process per installation; a back-up meanwhile; an orderly end."""
    config = installed(tmp_path, standin)
    async with running(config) as logged:
        await standin.until_ready(60)
        code, _out, err = await ran(config, "run")
        assert (code, err) == (1, "The bot is running. Stop it first.\n")
        code, out, _err = await ran(config, "db", "backup")
        assert code == 0, out
        newest = backup.made(tmp_path / "disk", "data")[-1][1]
        keys = backup.made(tmp_path / "stick", "keys")[-1][1]
        code, _out, err = await ran(config, "db", "restore", "--data", str(newest), "--keys", str(keys), "--yes")
        assert (code, err) == (1, "The bot is running. Stop it first.\n")
    assert standin.token not in logged.getvalue()
    code, out, err = await ran(config, "db", "restore", "--data", str(newest), "--keys", str(keys), "--yes")
    assert code == 0, err
    assert "main.db.before-" in out


async def test_a_code_for_one_more_coordinator_is_printed(standin: StandIn, tmp_path: Path) -> None:
    config = installed(tmp_path, standin)
    code, out, err = await ran(config, "code")
    assert code == 0, err
    async with opened(load(config)) as core, core.db.write() as tx:
        assert await core.spaces.redeem(tx, out.split()[-1], core.clock.now()) == ""


async def test_check_ends_with_the_next_thing_and_its_exit_code(standin: StandIn, tmp_path: Path) -> None:
    config = installed(tmp_path, standin)
    code, out, _err = await ran(config, "check")
    assert code == 1
    assert out.splitlines()[-1] == "Next: causeway init"
    await ran(config, "db", "upgrade")
    code, out, _err = await ran(config, "check")
    assert code == 0
    assert out.splitlines()[-1].startswith("Next: Open the link in a browser")


def test_with_neither_platform_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        adapters_of(from_values({}, tmp_path))
    assert caught.value.key == "config.no_platform"


async def test_the_night_is_made_up_for_and_a_failure_is_told_once_a_day(standin: StandIn, tmp_path: Path) -> None:
    """WORDS-AND-DEFAULTS: nightly; people forget, so the bot does not."""
    settings = load(installed(tmp_path, standin))
    async with opened(settings) as core:
        core.clock = clock = MovableClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), stopped=True)
        async with core.db.write() as tx:
            ana = await core.people.keep(tx, "discord", "ana", "es", clock.now())
            await core.spaces.grant(tx, ana.id, "", "coordinator", clock.now())
        await back_up_when_due(core, settings)
        assert backup.last(settings) == clock.now()
        await back_up_when_due(core, settings)
        assert len(backup.made(tmp_path / "disk", "data")) == 1
        (tmp_path / "stick").rename(tmp_path / "unplugged")
        await back_up_when_due(core, settings)
        await back_up_when_due(core, settings)
        async with core.db.read() as tx:
            assert (await core.people.kept(tx, ana))["messages"] == 1
