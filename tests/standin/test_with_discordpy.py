"""The real discord.py against the stand-in: what it sends is understood, what it needs is there."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord import app_commands, ui

from tests.discord_standin import Channel, Guild, Person, StandIn


class ActionForm(ui.Modal, title="A call"):
    """One field of each kind."""

    what: ui.Label[ui.Modal] = ui.Label(text="What", component=ui.TextInput(custom_id="what", default="March"))
    kind: ui.Label[ui.Modal] = ui.Label(
        text="Kind",
        component=ui.Select(
            custom_id="kind",
            options=[discord.SelectOption(label="Rally", value="r"), discord.SelectOption(label="Vote")],
        ),
    )
    urgent: ui.Label[ui.Modal] = ui.Label(
        text="Urgent",
        component=ui.RadioGroup(
            custom_id="urgent", options=[discord.RadioGroupOption(label="yes"), discord.RadioGroupOption(label="no")]
        ),
    )
    agree: ui.Label[ui.Modal] = ui.Label(text="I agree", component=ui.Checkbox(custom_id="agree"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.what.component, ui.TextInput)
        assert isinstance(self.kind.component, ui.Select)
        assert isinstance(self.urgent.component, ui.RadioGroup)
        assert isinstance(self.agree.component, ui.Checkbox)
        values = (self.what.component.value, self.kind.component.values, self.urgent.component.value)
        await interaction.response.send_message(f"{values} {self.agree.component.value}", ephemeral=True)


class Panel(ui.View):
    @ui.button(label="I'm in")
    async def join(self, interaction: discord.Interaction, button: ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content=f"{interaction.user.name} is in")

    @ui.select(placeholder="Who", cls=ui.UserSelect)
    async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Panel]) -> None:
        await interaction.response.send_message(str(select.values[0].name), ephemeral=True)


class Bot(discord.Client):
    """A small bot, written as discord.py's documentation shows."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(action)

    async def setup_hook(self) -> None:
        await self.tree.sync()


action = app_commands.Group(name="action", description="Calls to action")


@action.command(name="new", description="Write one")
async def new(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(ActionForm())


@action.command(name="slow", description="Takes its time")
async def slow(interaction: discord.Interaction, where: str, who: discord.Member) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.followup.send(f"{where} {who.name}", view=Panel())
    await interaction.followup.send("and more", ephemeral=True)


@slow.autocomplete("where")
async def places(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}{end}", value=end) for end in ("land", "port")]


@pytest.fixture
async def bot(standin: StandIn, guild: Guild, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(discord.http.Route, "BASE", standin.api_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(standin.gateway_url))
    async with Bot() as client:
        task = asyncio.create_task(client.start(standin.token))
        await standin.until_ready()
        await client.wait_until_ready()
        yield client
        await client.close()
        with contextlib.suppress(discord.ConnectionClosed, discord.LoginFailure):
            await task


async def test_a_form_of_every_kind_of_field(bot: Bot, rosa: Person) -> None:
    """FACTS 35."""
    form = (await rosa.slash("action new")).modal
    assert form is not None
    assert form.labels == ["What", "Kind", "Urgent", "I agree"]
    assert form.values["What"] == "March"
    seen = await rosa.submit(form, {"Kind": ["Vote"], "Urgent": "no", "I agree": True})
    assert seen.text == "('March', ['Vote'], 'no') True"
    assert seen.message.ephemeral


async def test_thinking_follow_ups_buttons_and_selects(bot: Bot, rosa: Person, standin: StandIn, guild: Guild) -> None:
    ana = standin.person("Ana", guild)
    assert await rosa.complete("action slow", "where", "Port") == ["Portland", "Portport"]
    seen = await (await rosa.slash("action slow", where="port", who=ana)).until(2)
    assert [one.content for one in seen.messages] == ["port ana", "and more"]
    panel = seen.messages[0]
    assert (await rosa.choose(panel, "Who", ana)).text == "ana"
    pressed = await rosa.press(panel, "I'm in")
    assert pressed.updated is panel
    assert panel.versions[-1] == "rosa is in"


async def test_messages_files_history_and_direct_rooms(bot: Bot, calls: Channel, rosa: Person) -> None:
    channel = bot.get_channel(calls.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send("one", nonce="n", allowed_mentions=discord.AllowedMentions.none())
    assert (await channel.send("one", nonce="n")).id == sent.id
    await sent.edit(content="two", embed=discord.Embed(title="t"))
    await channel.send(file=discord.File(io.BytesIO(b"png"), "a.png", description="a map"))
    assert [one.content async for one in channel.history()] == ["", "two"]
    assert calls.messages[1].files[0].description == "a map"
    await (await bot.fetch_user(rosa.id)).send("hello")
    assert [one.content for one in rosa.inbox] == ["hello"]
    calls.deny("read_message_history")
    assert [one async for one in channel.history()] == []


async def test_it_resumes_when_asked_to_reconnect(bot: Bot, standin: StandIn, rosa: Person) -> None:
    """events/gateway#reconnect."""
    resumed = asyncio.ensure_future(bot.wait_for("resumed", timeout=5))
    await asyncio.sleep(0)
    standin.gateway.ask_to_reconnect()
    await resumed
    assert standin.gateway.resumes == 1
    assert (await rosa.slash("action new")).modal is not None


async def test_a_revoked_token_stops_it(bot: Bot, standin: StandIn, calls: Channel) -> None:
    """topics/opcodes-and-status-codes#gateway-gateway-close-event-codes: 4004."""
    closed = asyncio.Event()
    original = bot.close

    async def close() -> None:
        await original()
        closed.set()

    bot.close = close  # type: ignore[method-assign]
    standin.revoke_token()
    async with asyncio.timeout(5):
        await closed.wait()


async def test_the_owner_only_switch_is_told(bot: Bot, standin: StandIn) -> None:
    """resources/application#application-object: `bot_public`."""
    assert (await bot.application_info()).bot_public
    standin.application.public = False
    assert not (await bot.application_info()).bot_public


async def test_leaving_a_server(bot: Bot, guild: Guild) -> None:
    """resources/user#leave-guild."""
    found = bot.get_guild(guild.id)
    assert found is not None
    removed = asyncio.ensure_future(bot.wait_for("guild_remove", timeout=5))
    await asyncio.sleep(0)
    await found.leave()
    assert (await removed).id == guild.id
    assert guild.left_by_itself
