"""h11: a person who is no programmer sets the bot up by answering at most eight questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import load
from bot.errors import CausewayError, ConfigError
from bot.secrets import Secrets
from bot.setup.asking import AnswerFile
from bot.setup.wizard import ANSWERS, Answers, ask_everything
from bot.setup.writing import Written, opened, present, write_everything
from tests.discord_standin import StandIn
from tests.rigs.synapse import Synapse
from tests.setup.conftest import Organizer

At = Callable[[], Path]


async def set_up(person: Organizer, config: Path) -> tuple[Answers, Written]:
    before = present(config)
    answers = await ask_everything(person, person.text, before)
    return answers, await write_everything(answers, config, before)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_at_most_eight_questions_and_no_numeric_id(
    language: str, at: At, standin: StandIn, synapse: Synapse, tmp_path: Path
) -> None:
    """h11: with everything switched on; what belongs to one question is asked with it."""
    user = await synapse.user("bot")
    person = Organizer(
        language, name="Puente", languages="1", zone="chicago", discord_token=standin.token,
        matrix_user=user.user_id, matrix_homeserver=synapse.url, matrix_password=user.password,
        kind="1", backup=str(tmp_path / "disk"), backup_keys=str(tmp_path / "stick"),
    )  # fmt: skip
    await set_up(person, at())
    numbered = [question for question in person.questions if re.match(r"\(\d/8\)", question)]
    assert [question[1] for question in numbered] == list("12345678")
    assert not any(re.search(r"\bid\b", question, re.IGNORECASE) for question in person.questions)
    assert person.secret == {"discord_token", "matrix_password"}


async def test_the_token_is_checked_at_once_and_asked_again(at: At, standin: StandIn) -> None:
    """h11: a client secret, a dead token, then the right one."""
    person = Organizer(discord_token=["f00d" * 8, "not.the.right-token-at-all", standin.token])
    answers, done = await set_up(person, at())
    assert person.errors == ["setup.discord_token_shape", "setup.discord_token_dead"]
    assert answers.discord is not None
    assert "permissions=117760" in answers.discord.invite()
    assert Secrets.of(done.settings).read("discord_token") == standin.token
    assert done.settings.discord.enabled
    assert done.settings.discord.api_url == standin.api_url


async def test_an_application_that_only_its_owner_can_add_is_refused(at: At, standin: StandIn) -> None:
    """FACTS 34: with Public Bot off no partner could add it."""
    standin.application.public = False
    person = Organizer(discord_token=[standin.token, ""])
    answers, _done = await set_up(person, at())
    assert person.errors == ["setup.discord_private"]
    assert answers.discord is None


async def test_discord_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[discord]\napi_url = "http://127.0.0.1:9/api/v10"\n')
    person = Organizer(discord_token=["a.b.token-long-enough-here", ""])
    await set_up(person, config)
    assert person.errors == ["setup.discord_unreachable"]


async def test_matrix_is_a_new_device_and_the_password_is_nowhere(synapse: Synapse, tmp_path: Path) -> None:
    """FACTS 22 and F2: the password is used once."""
    user = await synapse.user("bot")
    person = Organizer(matrix_user=user.user_id, matrix_homeserver=synapse.url, matrix_password=user.password)
    answers, done = await set_up(person, tmp_path / "config.toml")
    assert answers.matrix is not None
    assert answers.matrix.device_id not in {"", user.device_id}
    assert done.settings.matrix.user_id == user.user_id
    assert done.settings.matrix.homeserver == synapse.url
    assert len(Secrets.of(done.settings).read("matrix_pickle_key")) >= 32
    for path in files_in(tmp_path):
        assert user.password.encode() not in path.read_bytes(), path


async def test_a_wrong_password_is_said_and_asked_again(synapse: Synapse, tmp_path: Path) -> None:
    user = await synapse.user("bot")
    person = Organizer(
        matrix_user=["bot", user.user_id], matrix_homeserver=synapse.url, matrix_password=["slip", user.password]
    )
    await set_up(person, tmp_path / "config.toml")
    assert person.errors == ["setup.matrix_user_shape", "setup.matrix_refused"]


async def test_a_token_with_its_device_works_too(synapse: Synapse, tmp_path: Path) -> None:
    """FACTS 22: on servers without passwords an administrator makes a token."""
    device = await (await synapse.user("bot")).login()
    person = Organizer(
        matrix_user=device.user_id, matrix_homeserver=synapse.url, matrix_password=device.token,
        matrix_device=device.device_id,
    )  # fmt: skip
    answers, _done = await set_up(person, tmp_path / "config.toml")
    assert answers.matrix is not None
    assert (answers.matrix.device_id, answers.matrix.access_token) == (device.device_id, device.token)


async def test_a_token_whose_device_has_keys_already_is_refused(synapse: Synapse, tmp_path: Path) -> None:
    """FACTS 19: a lost store with the same device id is broken for good."""
    device = await (await synapse.user("bot")).login()
    keys = {
        "algorithms": ["m.olm.v1.curve25519-aes-sha2"], "user_id": device.user_id, "device_id": device.device_id,
        "keys": {f"curve25519:{device.device_id}": "A" * 43, f"ed25519:{device.device_id}": "B" * 43},
        "signatures": {},
    }  # fmt: skip
    await device.call("POST", "/_matrix/client/v3/keys/upload", {"device_keys": keys})
    fresh = await device.login()
    person = Organizer(
        matrix_user=device.user_id, matrix_homeserver=synapse.url, matrix_password=[device.token, fresh.token]
    )
    answers, _done = await set_up(person, tmp_path / "config.toml")
    assert person.errors == ["config.matrix_device_has_keys"]
    assert answers.matrix is not None
    assert answers.matrix.device_id == fresh.device_id


async def test_every_file_is_for_its_owner_only(at: At, standin: StandIn, tmp_path: Path) -> None:
    """E4: settings, secrets, databases."""
    config = at()
    await set_up(Organizer(discord_token=standin.token), config)
    wide = {path.name: oct(path.stat().st_mode) for path in files_in(tmp_path) if path.stat().st_mode & 0o077}
    assert wide == {}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert standin.token not in config.read_text()


async def test_the_code_at_the_end_makes_the_first_coordinator_once(tmp_path: Path) -> None:
    """h11: the code is of the coalition ("" as organization), and works once."""
    _answers, done = await set_up(Organizer(), tmp_path / "config.toml")
    assert done.code is not None
    async with opened(done.settings) as core:
        now = core.clock.now()
        async with core.db.write() as tx:
            assert await core.spaces.redeem(tx, done.code, now) == ""
            ana = await core.people.keep(tx, "discord", "ana", "es", now)
            await core.spaces.grant(tx, ana.id, "", "coordinator", now)
        async with core.db.write() as tx:
            with pytest.raises(CausewayError):
                await core.spaces.redeem(tx, done.code, now)
    _answers, again = await set_up(Organizer(), tmp_path / "config.toml")
    assert again.code is None


async def test_nothing_is_written_before_the_last_answer(tmp_path: Path) -> None:
    """h11: stopping half-way leaves nothing behind."""

    class Leaves(Organizer):
        def answer(self, name: str, question: str, default: str, secret: bool) -> str:
            if name == "kind":
                raise CausewayError("setup.cancelled")
            return super().answer(name, question, default, secret)

    with pytest.raises(CausewayError):
        await set_up(Leaves(), tmp_path / "config.toml")
    assert files_in(tmp_path) == []


async def test_asked_again_it_keeps_what_is_there(at: At, standin: StandIn) -> None:
    """SECURITY: after a leak only the token is new."""
    config = at()
    _answers, first = await set_up(Organizer(name="Puente", languages="3", discord_token=standin.token), config)
    master = Secrets.of(first.settings).read("master_key")
    standin.revoke_token()
    _answers, second = await set_up(Organizer(discord_token=standin.token), config)
    assert second.settings.bot == first.settings.bot
    assert second.settings.bot.languages == ("es",)
    assert Secrets.of(second.settings).read("master_key") == master
    assert Secrets.of(second.settings).read("discord_token") == standin.token


async def test_organizations_come_from_a_file_in_which_only_the_name_is_required(tmp_path: Path) -> None:
    listed = tmp_path / "orgs.csv"
    listed.write_text("Name,State,Language\nRiver Tenants,IL,\nInquilinas del Valle,TX,español\nTransit Riders,,\n")
    config = tmp_path / "bot" / "config.toml"
    _answers, done = await set_up(Organizer(zone="America/Denver", organizations=str(listed)), config)
    assert done.added == 3
    async with opened(load(config)) as core, core.db.read() as tx:
        found = {one.name: (one.zone, one.language, one.state) for one in await core.spaces.all(tx)}
    assert found == {
        "River Tenants": ("America/Chicago", "both", "waiting"),
        "Inquilinas del Valle": ("America/Chicago", "es", "waiting"),
        "Transit Riders": ("America/Denver", "both", "waiting"),
    }
    _answers, again = await set_up(Organizer(organizations=str(listed)), config)
    assert (again.added, len(again.there_already)) == (0, 3)


async def test_a_file_of_answers_needs_nobody_at_the_keyboard(at: At, standin: StandIn, tmp_path: Path) -> None:
    """h11: for whoever sets up many."""
    answers = tmp_path / "answers.toml"
    answers.write_text(f'name = "Puente"\nlanguages = ["es", "en"]\nzone = "TX"\ndiscord_token = "{standin.token}"\n')
    with pytest.raises(ConfigError) as wide:
        AnswerFile(answers, ANSWERS, print)
    assert wide.value.key == "config.file_open"
    answers.chmod(0o600)
    config = at()
    asker = AnswerFile(answers, ANSWERS, print)
    given = await ask_everything(asker, Organizer().text, present(config))
    done = await write_everything(given, config, present(config))
    assert done.settings.bot.languages == ("es", "en")
    assert done.settings.bot.zone == "America/Chicago"


async def test_a_wrong_answer_in_a_file_ends_it_with_its_sentence(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('zone = "nowhere"\n')
    with pytest.raises(CausewayError) as wrong:
        await ask_everything(AnswerFile(answers, ANSWERS, print), Organizer().text, {})
    assert wrong.value.key == "setup.zone_wrong"
    answers.write_text('nmae = "Puente"\n')
    with pytest.raises(ConfigError) as unknown:
        AnswerFile(answers, ANSWERS, print)
    assert unknown.value.params["name"] == "nmae"


async def test_back_ups_of_data_and_keys_cannot_share_a_folder(tmp_path: Path) -> None:
    """E3"""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    person = Organizer(backup=one, backup_keys=[one, two])
    _answers, done = await set_up(person, tmp_path / "config.toml")
    assert person.errors == ["config.same_folder"]
    assert done.settings.backup.keys_to == Path(two)
