"""What Discord answers when it refuses, with the page of its documentation that says so.

Refusal
  unauthorized, missing_access, missing_permissions, unknown, invalid_form: the usual ones, made below
"""

from __future__ import annotations

from typing import Any

DOCS = "https://discord.com/developers/docs"
CODES_PAGE = f"{DOCS}/topics/opcodes-and-status-codes#json"
MESSAGE_PAGE = f"{DOCS}/resources/message#create-message"
EDIT_PAGE = f"{DOCS}/resources/message#edit-message"
EMBED_PAGE = f"{DOCS}/resources/message#embed-object-embed-limits"
COMPONENT_PAGE = f"{DOCS}/components/reference"
ROW_PAGE = f"{DOCS}/components/reference#action-row"
CUSTOM_ID_PAGE = f"{DOCS}/components/reference#anatomy-of-a-component-custom-id"
MODAL_PAGE = f"{DOCS}/interactions/receiving-and-responding#interaction-response-object-modal"
CALLBACK_PAGE = f"{DOCS}/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type"
RESPOND_PAGE = f"{DOCS}/interactions/receiving-and-responding#responding-to-an-interaction"
FOLLOWUP_PAGE = f"{DOCS}/interactions/receiving-and-responding#followup-messages"
COMMAND_PAGE = f"{DOCS}/interactions/application-commands#application-command-object"
THREAD_PAGE = f"{DOCS}/resources/channel#start-thread-without-message"
THREAD_MEMBER_PAGE = f"{DOCS}/resources/channel#add-thread-member"
PERMISSION_PAGE = f"{DOCS}/topics/permissions"
HISTORY_PAGE = f"{DOCS}/resources/message#get-channel-messages"
INTENT_PAGE = f"{DOCS}/events/gateway#gateway-intents"
GATEWAY_PAGE = f"{DOCS}/events/gateway"
LIMIT_PAGE = f"{DOCS}/topics/rate-limits"
SCHEMA_PAGE = "https://github.com/discord/discord-api-spec"
REFERENCE_PAGE = f"{DOCS}/reference#error-messages"


class Refusal(Exception):
    """One refused request: `status` of HTTP, Discord's own `code`, its words, and where they are documented."""

    def __init__(
        self, status: int, code: int, message: str, page: str = CODES_PAGE, errors: dict[str, Any] | None = None
    ) -> None:
        super().__init__(f"{status} {code} {message} {errors or ''}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.page = page
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """The JSON that Discord sends with it."""
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized", f"{DOCS}/topics/opcodes-and-status-codes#http")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access", PERMISSION_PAGE)


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions", PERMISSION_PAGE)


_UNKNOWN = {
    "channel": 10003,
    "guild": 10004,
    "member": 10007,
    "message": 10008,
    "user": 10013,
    "webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
}


def unknown(what: str, page: str = CODES_PAGE) -> Refusal:
    """404 for something that is not there; `what` is a key of the table above."""
    return Refusal(404, _UNKNOWN[what], f"Unknown {what.title()}", page)


def invalid_form(path: str, code: str, message: str, page: str) -> Refusal:
    """400 with the nested `errors` of Discord: `path` is dotted (`embeds.0.title`)."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(path.split(".") if path else []):
        errors = {step: errors}
    return Refusal(400, 50035, "Invalid Form Body", page, errors)
