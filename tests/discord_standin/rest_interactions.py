"""Answers to interactions, their edits and follow-ups (interactions/receiving-and-responding)."""

from __future__ import annotations

from typing import Any

from .errors import RESPOND_PAGE, unknown
from .interactions import Interaction
from .keys import keys, refuse_unknown
from .rest import Asked, route


@route("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
def respond(asked: Asked) -> dict[str, Any] | None:
    interaction = _by_token(asked, asked.params["interaction_token"])
    if interaction is None or interaction.id != asked.id("interaction_id"):
        raise unknown("interaction", RESPOND_PAGE)
    payload = asked.payload or {}
    refuse_unknown(payload, keys("type data"))
    interaction.answer(int(payload.get("type") or 0), dict(payload.get("data") or {}), asked.files)
    return interaction.callback_answer() if asked.query.get("with_response") in ("1", "true") else None


def _by_token(asked: Asked, token: str) -> Interaction | None:
    return asked.standin.interactions.get(token)


def _webhook(asked: Asked) -> Interaction:
    found = _by_token(asked, asked.params["webhook_token"])
    if found is None or asked.id("webhook_id") != asked.standin.application.id:
        raise unknown("webhook")
    return found


@route("POST", "/webhooks/{webhook_id}/{webhook_token}")
def follow_up(asked: Asked) -> dict[str, Any]:
    """Without `wait` Discord answers an interaction's follow-up with the message all the same."""
    return _webhook(asked).follow_up(dict(asked.payload or {}), asked.files).payload()


@route("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/@original")
def get_original(asked: Asked) -> dict[str, Any]:
    return _webhook(asked).find(None).payload()


@route("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original")
def edit_original(asked: Asked) -> dict[str, Any]:
    return _webhook(asked).edit_original(dict(asked.payload or {}), asked.files).payload()


@route("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/@original")
def delete_original(asked: Asked) -> None:
    interaction = _webhook(asked)
    interaction.delete(interaction.find(None))


@route("GET", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def get_follow_up(asked: Asked) -> dict[str, Any]:
    return _webhook(asked).find(asked.params["message_id"]).payload()


@route("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def edit_follow_up(asked: Asked) -> dict[str, Any]:
    interaction = _webhook(asked)
    message = interaction.find(asked.params["message_id"])
    interaction.edit(message, dict(asked.payload or {}), asked.files)
    return message.payload()


@route("DELETE", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
def delete_follow_up(asked: Asked) -> None:
    interaction = _webhook(asked)
    interaction.delete(interaction.find(asked.params["message_id"]))
