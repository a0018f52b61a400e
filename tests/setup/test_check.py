"""h11: `causeway check` says in sentences what works, what is missing, and the one next thing to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import backup
from bot.cli.check import sentence
from bot.cli.session import Session
from bot.config import Settings, from_values
from bot.errors import StoreError
from bot.secrets import Secrets
from bot.setup import matrix
from bot.setup.check import look_around
from bot.setup.findings import Finding, Grade, next_thing
from bot.setup.writing import opened
from bot.spaces import Place
from tests.discord_standin import Channel, StandIn
from tests.rigs.synapse import Synapse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def installed(folder: Path, **sections: dict[str, object]) -> Settings:
    for place in ("disk", "stick"):
        (folder / place).mkdir(exist_ok=True)
    settings = from_values({"backup": {"data_to": "disk", "keys_to": "stick"}} | sections, folder)
    Secrets.of(settings).make("master_key")
    return settings


def on_discord(folder: Path, standin: StandIn) -> Settings:
    settings = installed(folder, discord={"enabled": True, "api_url": standin.api_url})
    Secrets.of(settings).write("discord_token", standin.token)
    return settings


async def connect(settings: Settings, platform: str, space: str, *channels: tuple[str, str, str]) -> None:
    """An organization with a space and (purpose, address, name) of its channels."""
    async with opened(settings) as core, core.db.write() as tx:
        organization = await core.spaces.add(tx, "River Tenants", NOW)
        made = await core.spaces.connect(tx, organization.id, Place(platform, space=space), "River Tenants", NOW)
        for purpose, address, name in channels:
            await core.spaces.set_channel(tx, made, purpose, address, name, "both")


async def coordinators(settings: Settings, *names: str) -> None:
    async with opened(settings) as core, core.db.write() as tx:
        for name in names:
            person = await core.people.keep(tx, "discord", name, "en", NOW)
            await core.spaces.grant(tx, person.id, "", "coordinator", NOW)


async def keys_of(settings: Settings, *grades: Grade, now: datetime = NOW) -> set[str]:
    wanted = grades or (Grade.WRONG, Grade.REMIND)
    return {_key(finding) for finding in await look_around(settings, now) if finding.grade in wanted}


def _key(finding: Finding) -> str:
    return getattr(finding.params.get("error"), "key", finding.key)


def said(finding: Finding, language: str) -> str:
    return sentence(Session(language=language), finding)


async def test_before_set_up_the_next_thing_is_init(tmp_path: Path) -> None:
    found = next_thing(await look_around(installed(tmp_path), NOW))
    assert found is not None
    assert found.key == "not_set_up"


async def test_the_next_thing_is_what_does_not_work_then_what_should_be_done(tmp_path: Path, standin: StandIn) -> None:
    """h11: it ends with one thing, not with a list."""
    settings = on_discord(tmp_path, standin)
    standin.add_guild("Tenants")
    async with opened(settings):
        pass
    standin.application.public = False
    first = next_thing(await look_around(settings, NOW))
    assert first is not None
    assert first.key == "discord_private"
    standin.application.public = True
    second = next_thing(await look_around(settings, NOW))
    assert second is not None
    assert second.key == "no_coordinator"


async def test_all_well_leaves_nothing_to_do(
    tmp_path: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.setup.check._same_disk", lambda *_places: False)  # one machine has one disk here
    settings = on_discord(tmp_path, standin)
    guild = standin.add_guild("Tenants")
    calls, moderators = guild.channel("calls"), guild.channel("moderators")
    chosen = ("calls", str(calls.id), "calls"), ("moderators", str(moderators.id), "mods")
    await connect(settings, "discord", str(guild.id), *chosen)
    await coordinators(settings, "ana", "luz")
    backup.back_up(settings, NOW)
    assert await keys_of(settings) == set()
    assert next_thing(await look_around(settings, NOW)) is None


def deny(channel: Channel, *names: str) -> None:
    channel.deny(*names)


@pytest.mark.parametrize(
    ("denied", "missing", "english", "spanish"),
    [
        ("view_channel", "view", "View Channel", "Ver canal"),
        ("send_messages", "send", "Send Messages", "Enviar mensajes"),
        ("embed_links", "embed", "Embed Links", "Insertar enlaces"),
        ("attach_files", "attach", "Attach Files", "Adjuntar archivos"),
        ("read_message_history", "history", "Read Message History", "Leer el historial de mensajes"),
    ],
)
async def test_each_missing_permission_has_its_sentence(
    denied: str, missing: str, english: str, spanish: str, tmp_path: Path, standin: StandIn
) -> None:
    """h11: which one, where to grant it, in both languages."""
    settings = on_discord(tmp_path, standin)
    guild = standin.add_guild("Tenants")
    calls = guild.channel("calls")
    deny(calls, denied)
    await connect(settings, "discord", str(guild.id), ("calls", str(calls.id), "#calls"))
    found = [one for one in await look_around(settings, NOW) if one.key == "permission"]
    assert missing in {one.params["missing"] for one in found}
    about = next(one for one in found if one.params["missing"] == missing)
    assert said(about, "en").startswith("#calls: ")
    assert english in said(about, "en")
    assert spanish in said(about, "es")


async def test_a_channel_that_is_gone_is_said(tmp_path: Path, standin: StandIn) -> None:
    settings = on_discord(tmp_path, standin)
    guild = standin.add_guild("Tenants")
    await connect(settings, "discord", str(guild.id), ("calls", "123456789012345678", "#calls"))
    found = [one.params["missing"] for one in await look_around(settings, NOW) if one.key == "permission"]
    assert found == ["gone"]


async def test_more_permissions_than_needed_are_reported(tmp_path: Path, standin: StandIn) -> None:
    """F1: whoever steals the token gets what the bot was given."""
    settings = on_discord(tmp_path, standin)
    guild = standin.add_guild("Tenants", permissions=117760 | 1 << 13 | 1 << 28)
    calls = guild.channel("calls")
    await connect(settings, "discord", str(guild.id), ("calls", str(calls.id), "#calls"))
    found = next(one for one in await look_around(settings, NOW) if one.key == "too_much")
    assert found.params["rights"] == "manage_messages, manage_roles"


async def test_a_dead_token_and_a_dead_line_are_told_apart(tmp_path: Path, standin: StandIn) -> None:
    settings = on_discord(tmp_path, standin)
    standin.revoke_token()
    assert "setup.discord_token_dead" in await keys_of(settings, Grade.WRONG)
    await standin.stop()
    assert "setup.discord_unreachable" in await keys_of(settings, Grade.WRONG)


async def on_matrix(folder: Path, synapse: Synapse) -> Settings:
    user = await synapse.user("bot")
    account = await matrix.join(user.user_id, user.password, synapse.url)
    section: dict[str, object] = {
        "enabled": True, "homeserver": synapse.url, "user_id": account.user_id, "device_id": account.device_id
    }  # fmt: skip
    settings = installed(folder, matrix=section)
    Secrets.of(settings).write("matrix_token", account.access_token)
    Secrets.of(settings).make("matrix_pickle_key")
    return settings


async def test_matrix_rooms_are_looked_at_too(tmp_path: Path, synapse: Synapse) -> None:
    """D6 and FACTS 12: from raw state, with the sentence that says where to grant it."""
    settings = await on_matrix(tmp_path, synapse)
    host = await synapse.user("host")
    closed, open_ = await host.create_room("closed"), await host.create_room("open")
    for room in (closed, open_):
        await host.invite(room, settings.matrix.user_id)
    token = Secrets.of(settings).read("matrix_token")
    bot = type(host)(synapse.url, settings.matrix.user_id, settings.matrix.device_id, token)
    await bot.join(closed)
    await bot.join(open_)
    levels = await host.state(closed, "m.room.power_levels")
    await host.put_state(closed, "m.room.power_levels", levels | {"events_default": 50})
    never = await host.create_room("never joined")
    rooms = (("calls", open_, "open"), ("moderators", closed, "closed"), ("log", never, "never"))
    await connect(settings, "matrix", open_, *rooms)
    lines = [one.params for one in await look_around(settings, NOW) if one.key == "permission"]
    assert {line["channel"]: line["missing"] for line in lines} == {"closed": "level", "never": "joined"}


async def test_a_revoked_matrix_sign_in_is_said(tmp_path: Path, synapse: Synapse) -> None:
    settings = await on_matrix(tmp_path, synapse)
    Secrets.of(settings).write("matrix_token", "syt_revoked")
    assert "matrix_revoked" in await keys_of(settings, Grade.WRONG)


async def test_many_matrix_rooms_bring_the_hint_about_the_rate_limit(tmp_path: Path, synapse: Synapse) -> None:
    """FACTS 6: 100 rooms take minutes under Synapse's own limit."""
    settings = await on_matrix(tmp_path, synapse)
    purposes = [("room", f"!room{number}:rig.example", f"room {number}") for number in range(1)]
    await connect(settings, "matrix", "!space:rig.example", *purposes)
    assert "matrix_limit" not in await keys_of(settings)
    async with opened(settings) as core, core.db.write() as tx:
        for number in range(11):
            organization = await core.spaces.add(tx, f"Group {chr(65 + number) * 6}", NOW)
            place = Place("matrix", space=f"!s{number}:rig.example")
            space = await core.spaces.connect(tx, organization.id, place, "a space", NOW)
            await core.spaces.set_channel(tx, space, "calls", f"!c{number}:rig.example", "calls", "en")
    assert "matrix_limit" in await keys_of(settings)
    lifted = settings.delivery.model_copy(update={"matrix_limit_lifted": True})
    assert "matrix_limit" not in await keys_of(settings.model_copy(update={"delivery": lifted}))


async def test_it_reminds_until_there_is_a_back_up_and_a_second_coordinator(tmp_path: Path) -> None:
    """WORDS-AND-DEFAULTS: people forget."""
    settings = installed(tmp_path)
    await coordinators(settings, "ana")
    assert {"backup_never", "one_coordinator", "backup_same_disk"} <= await keys_of(settings)
    backup.back_up(settings, NOW)
    await coordinators(settings, "luz")
    assert await keys_of(settings) & {"backup_never", "one_coordinator", "backup_old"} == set()
    assert "backup_old" in await keys_of(settings, now=NOW + timedelta(days=3))


async def test_without_a_place_for_back_ups_it_reminds(tmp_path: Path) -> None:
    settings = installed(tmp_path, backup={})
    async with opened(settings):
        pass
    assert "backup_nowhere" in await keys_of(settings)


async def test_organizations_that_wait_or_have_no_channels_are_named(tmp_path: Path) -> None:
    settings = installed(tmp_path)
    await connect(settings, "discord", "1")
    async with opened(settings) as core, core.db.write() as tx:
        await core.spaces.add(tx, "Inquilinas del Valle", NOW)
    findings = {finding.key: finding.params for finding in await look_around(settings, NOW)}
    assert findings["channels_missing"]["name"] == "River Tenants"
    assert findings["waiting"]["names"] == "Inquilinas del Valle"


async def test_files_that_others_can_read_are_refused(tmp_path: Path) -> None:
    """E4"""
    settings = installed(tmp_path)
    (settings.bot.secrets_dir / "master_key").chmod(0o644)
    assert "config.file_open" in await keys_of(settings, Grade.WRONG)


async def test_the_wrong_master_key_is_said_and_nothing_is_changed(tmp_path: Path) -> None:
    """6.7: fails closed."""
    settings = installed(tmp_path)
    await coordinators(settings, "ana")
    (settings.bot.secrets_dir / "master_key").unlink()
    Secrets.of(settings).make("master_key")
    assert "store.master" in await keys_of(settings, Grade.WRONG)


async def test_lost_keys_are_said_and_no_new_ones_are_made(tmp_path: Path) -> None:
    """FACTS 49: new keys would turn everybody into strangers without a word."""
    settings = installed(tmp_path)
    await coordinators(settings, "ana")
    keyring = settings.bot.data_dir / "keyring.db"
    keyring.unlink()
    assert "backup.keys_gone" in await keys_of(settings, Grade.WRONG)
    with pytest.raises(StoreError):
        async with opened(settings):
            raise AssertionError("opened")
    assert not keyring.exists()


async def test_a_database_of_an_older_version_is_said_not_changed(tmp_path: Path) -> None:
    settings = installed(tmp_path)
    settings.bot.data_dir.mkdir(mode=0o700)
    main = settings.bot.data_dir / "main.db"
    main.touch(mode=0o600)
    assert "database_behind" in await keys_of(settings, Grade.WRONG)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_line_can_be_said_in_both_languages(language: str, tmp_path: Path, standin: StandIn) -> None:
    """Law 6"""
    settings = on_discord(tmp_path, standin)
    await connect(settings, "discord", "1")
    findings = await look_around(settings, NOW)
    assert len(findings) > 4
    assert all(said(finding, language).strip() for finding in findings)
