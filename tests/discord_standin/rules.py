"""What Discord refuses in a message, beyond its OpenAPI file (which accepts 2,001 characters, FACTS 45)."""

from __future__ import annotations

from typing import Any

from .components import check_message_components
from .errors import EMBED_PAGE, MESSAGE_PAGE, Refusal, invalid_form
from .keys import keys, refuse_unknown

MAX_CONTENT = 2000
MAX_EMBED_TOTAL = 6000
MAX_EMBEDS = 10
MAX_NONCE = 25
EMBED_TEXT_LIMITS = {"title": 256, "description": 4096}
MAX_FIELDS, MAX_FIELD_NAME, MAX_FIELD_VALUE, MAX_FOOTER, MAX_AUTHOR = 25, 256, 1024, 2048, 256

_MESSAGE_KEYS = frozenset(
    {"content", "embeds", "components", "attachments", "allowed_mentions", "flags", "tts", "poll"}
)
_KEYS = {
    "message": _MESSAGE_KEYS | keys("nonce enforce_nonce message_reference sticker_ids"),
    "edit": _MESSAGE_KEYS - {"poll"},
    "webhook": _MESSAGE_KEYS | keys("username avatar_url thread_name applied_tags"),
    "callback": _MESSAGE_KEYS,
}
_EMBED_KEYS = keys(
    "type url title color timestamp description author image thumbnail footer fields provider video flags"
)
_MENTION_KEYS = keys("parse users roles replied_user")


def check_message(payload: dict[str, Any], kind: str) -> None:
    """Refuse what a message of this kind (`message`, `edit`, `webhook`, `callback`) may not be."""
    refuse_unknown(payload, _KEYS[kind])
    if len(payload.get("content") or "") > MAX_CONTENT:
        raise invalid_form("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.", MESSAGE_PAGE)
    if len(str(payload.get("nonce") or "")) > MAX_NONCE:
        raise invalid_form("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.", MESSAGE_PAGE)
    if payload.get("allowed_mentions") is not None:
        check_mentions(payload["allowed_mentions"])
    check_embeds(payload.get("embeds") or [])
    check_message_components(payload.get("components") or [])


def refuse_empty(body: dict[str, Any], has_files: bool) -> None:
    """A message needs content, an embed, a component or a file (50006)."""
    if not (body.get("content") or body.get("embeds") or body.get("components") or has_files):
        raise Refusal(400, 50006, "Cannot send an empty message", MESSAGE_PAGE)


def check_mentions(allowed: dict[str, Any]) -> None:
    """`parse` and a list of the same kind exclude each other (message#allowed-mentions-object)."""
    refuse_unknown(allowed, _MENTION_KEYS, "allowed_mentions")
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or []) and allowed.get(kind):
            raise invalid_form(
                "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"{kind} twice", MESSAGE_PAGE
            )


def check_embeds(embeds: list[dict[str, Any]]) -> None:
    """Ten embeds, 6,000 characters over all of them, and the limit of each part."""
    if len(embeds) > MAX_EMBEDS:
        raise invalid_form("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.", EMBED_PAGE)
    total = 0
    for number, embed in enumerate(embeds):
        refuse_unknown(embed, _EMBED_KEYS, f"embeds.{number}")
        total += _embed_length(embed, f"embeds.{number}")
    if total > MAX_EMBED_TOTAL:
        raise invalid_form("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum of 6000", EMBED_PAGE)


def _embed_length(embed: dict[str, Any], path: str) -> int:
    parts = [(f"{path}.{key}", embed.get(key), limit) for key, limit in EMBED_TEXT_LIMITS.items()]
    parts.append((f"{path}.footer.text", (embed.get("footer") or {}).get("text"), MAX_FOOTER))
    parts.append((f"{path}.author.name", (embed.get("author") or {}).get("name"), MAX_AUTHOR))
    fields = embed.get("fields") or []
    if len(fields) > MAX_FIELDS:
        raise invalid_form(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", EMBED_PAGE)
    for number, field in enumerate(fields):
        parts.append((f"{path}.fields.{number}.name", field.get("name"), MAX_FIELD_NAME))
        parts.append((f"{path}.fields.{number}.value", field.get("value"), MAX_FIELD_VALUE))
    return sum(_text_length(where, text, limit) for where, text, limit in parts)


def _text_length(path: str, text: str | None, limit: int) -> int:
    length = len(text or "")
    if length > limit:
        raise invalid_form(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.", EMBED_PAGE)
    return length
