"""Step 1 of the walk, whole: from the answers to the first coordinator, with the program as people run it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.discord_standin import StandIn
from tests.rigs.synapse import Synapse
from tests.setup.program import ran, running


async def first_code(config: Path, answers: dict[str, str]) -> str:
    file = config.with_name("answers.toml")
    file.touch(mode=0o600)
    file.write_text("".join(f'{name} = "{said}"\n' for name, said in answers.items()))
    code, out, err = await ran(config, "init", "--answers", str(file))
    assert code == 0, err
    found = re.search(r"connect (\S+)", out)
    assert found is not None
    return found[1]


async def test_from_the_answers_to_the_first_coordinator_on_discord(standin: StandIn, tmp_path: Path) -> None:
    """h11: nobody needs a programmer."""
    config = tmp_path / "config.toml"
    config.write_text(f'[discord]\napi_url = "{standin.api_url}"\ngateway_url = "{standin.gateway_url}"\n')
    code = await first_code(config, {"name": "Puente", "zone": "chicago", "discord_token": standin.token})
    guild = standin.add_guild("Office")
    rosa = standin.person("Rosa", guild, manager=True)
    async with running(config):
        await standin.until_ready(60)
        async with asyncio.timeout(60):
            while not standin.commands.get(None):  # noqa: ASYNC110  nobody is told when commands arrive
                await asyncio.sleep(0.05)
        screen = await rosa.slash("connect", channel=guild.channel("general"), code=code)
        assert "coordinator" in screen.message.content
        again = await rosa.slash("connect", channel=guild.channel("general"), code=code)
        assert "coordinator" not in again.message.content
    _code, out, _err = await ran(config, "check")
    assert "Only one person is coordinator" in out


async def test_from_the_answers_to_the_first_coordinator_on_matrix(synapse: Synapse, tmp_path: Path) -> None:
    """h11 and FACTS 22: signed in as a new device by the set-up, run by the same files."""
    account, ana = await synapse.user("bot"), await synapse.user("ana")
    config = tmp_path / "config.toml"
    code = await first_code(
        config,
        {
            "matrix_user": account.user_id, "matrix_homeserver": synapse.url, "matrix_password": account.password,
            "languages": "2",
        },
    )  # fmt: skip
    async with running(config):
        room = await ana.create_room("", invite=[account.user_id], is_direct=True)

        async def has_come() -> bool:
            return (await ana.members(room)).get(account.user_id) == "join"

        await ana.wait_until(has_come, 60)
        await ana.send(room, f"connect {code}")
        heard = await ana.wait_for_message(room, account.user_id, "coordinator", patience=60)
        assert "coordinator" in heard["content"]["body"]
    _code, out, _err = await ran(config, "check")
    assert "Only one person is coordinator" in out
    assert "Matrix knows the bot" in out

