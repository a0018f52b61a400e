"""What Discord refuses in commands, and how a person's words find one (interactions/application-commands)."""

from __future__ import annotations

import re
from typing import Any

from .errors import COMMAND_PAGE, invalid_form
from .keys import keys, refuse_unknown

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE = 1, 2, 3, 4, 5, 6, 7, 8
MAX_OPTIONS, MAX_CHOICES, MAX_COMMANDS, MAX_CHARACTERS = 25, 25, 100, 8000
_NAME = re.compile(r"[-_'\w]{1,32}")
_KEYS = keys(
    "id type name name_localizations description description_localizations options default_member_permissions"
    " dm_permission contexts integration_types nsfw handler"
)
_OPTION_KEYS = keys(
    "type name name_localizations description description_localizations required choices options channel_types"
    " min_value max_value min_length max_length autocomplete"
)


def check_commands(commands: list[dict[str, Any]]) -> None:
    """Names, counts and keys of a bulk overwrite; a name twice is refused."""
    if len(commands) > MAX_COMMANDS:
        raise invalid_form("", "BASE_TYPE_MAX_LENGTH", "At most 100 commands.", COMMAND_PAGE)
    _refuse_double([command.get("name") for command in commands], "")
    for number, command in enumerate(commands):
        _check_command(command, str(number))


def _check_command(command: dict[str, Any], path: str) -> None:
    refuse_unknown(command, _KEYS, path)
    _check_names(command, path)
    _check_options(command.get("options") or [], path)
    if characters(command) > MAX_CHARACTERS:
        raise invalid_form(path, "APPLICATION_COMMAND_TOO_LARGE", "At most 8000 characters.", COMMAND_PAGE)


def _check_options(options: list[dict[str, Any]], path: str) -> None:
    if len(options) > MAX_OPTIONS:
        raise invalid_form(f"{path}.options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", COMMAND_PAGE)
    _refuse_double([option.get("name") for option in options], f"{path}.options")
    optional_seen = False
    for number, option in enumerate(options):
        _check_option(option, f"{path}.options.{number}")
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            raise invalid_form(
                f"{path}.options.{number}", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message, COMMAND_PAGE
            )
        optional_seen = optional_seen or not option.get("required")


def _check_option(option: dict[str, Any], path: str) -> None:
    refuse_unknown(option, _OPTION_KEYS, path)
    _check_names(option, path)
    if len(option.get("choices") or []) > MAX_CHOICES:
        raise invalid_form(f"{path}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.", COMMAND_PAGE)
    if option.get("choices") and option.get("autocomplete"):
        raise invalid_form(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Not both.", COMMAND_PAGE)
    _check_options(option.get("options") or [], path)


def _check_names(one: dict[str, Any], path: str) -> None:
    names = [one.get("name") or "", *(one.get("name_localizations") or {}).values()]
    for name in names:
        if not _NAME.fullmatch(name) or name != name.lower():
            raise invalid_form(f"{path}.name", "STRING_TYPE_REGEX", f"{name!r} is no command name", COMMAND_PAGE)
    for text in [one.get("description") or "", *(one.get("description_localizations") or {}).values()]:
        if not 1 <= len(text) <= 100:
            message = "Must be between 1 and 100 in length."
            raise invalid_form(f"{path}.description", "BASE_TYPE_BAD_LENGTH", message, COMMAND_PAGE)


def _refuse_double(names: list[Any], path: str) -> None:
    if len(set(names)) != len(names):
        message = "Option names must be unique"
        raise invalid_form(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message, COMMAND_PAGE)


def characters(one: dict[str, Any]) -> int:
    """Name, description and choices of a command and its options; of localizations the longest counts."""
    total = _longest(one, "name") + _longest(one, "description")
    total += sum(len(str(choice["value"])) + _longest(choice, "name") for choice in one.get("choices") or [])
    return total + sum(characters(option) for option in one.get("options") or [])


def _longest(one: dict[str, Any], key: str) -> int:
    return max(map(len, [one.get(key) or "", *(one.get(f"{key}_localizations") or {}).values()]))


def answers_to(one: dict[str, Any], word: str) -> bool:
    """A command or option is found by its name or by any of its localized names."""
    return word == one["name"] or word in (one.get("name_localizations") or {}).values()


def find(commands: list[dict[str, Any]], words: list[str]) -> list[dict[str, Any]]:
    """The chain from the command to its subcommand (`action new`); LookupError with what exists otherwise."""
    chain: list[dict[str, Any]] = []
    level = commands
    for word in words:
        found = next((one for one in level if answers_to(one, word)), None)
        if found is None:
            raise LookupError(f"/{' '.join(words)} does not exist; there is {[one['name'] for one in level]}")
        chain.append(found)
        level = found.get("options") or []
    if any(option["type"] in (SUBCOMMAND, GROUP) for option in level):
        raise LookupError(f"/{' '.join(words)} needs one of {[one['name'] for one in level]}")
    return chain
