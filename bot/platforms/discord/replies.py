"""What a person reads as the answer to an interaction.

discord.py's own `send_message` asks for the message that it made and reads it back, with its buttons: about a tenth of
what a press costs. Nobody needs it, since what follows goes by the interaction's token; so it is not asked for.
https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response
"""

from __future__ import annotations

import discord
from discord.http import Route
from discord.webhook.async_ import async_context

from bot.platforms.discord.render import Part

Interaction = discord.Interaction[discord.Client]


async def say(interaction: Interaction, part: Part, private: bool) -> None:
    """The answer, or what follows it."""
    if interaction.response.is_done():
        await interaction.followup.send(ephemeral=private, **part.to_send())
        return
    kind, state = discord.InteractionResponseType.channel_message, interaction._state
    made = part.to_answer(private, state.allowed_mentions)
    route = Route(
        "POST", "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=interaction.id, webhook_token=interaction.token,
    )  # fmt: skip
    with made:  # files are closed
        await async_context.get().request(
            route, session=interaction._session, proxy=state.http.proxy, proxy_auth=state.http.proxy_auth,
            payload=made.payload, multipart=made.multipart, files=made.files,
        )  # fmt: skip
    interaction.response._response_type = kind  # as the library notes it, only then
