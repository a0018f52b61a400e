"""What Discord refuses in buttons, selects and modals (components/reference)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .errors import COMPONENT_PAGE, CUSTOM_ID_PAGE, MODAL_PAGE, ROW_PAGE, invalid_form
from .keys import keys, refuse_unknown

ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
TEXT_DISPLAY, LABEL, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 10, 18, 21, 22, 23
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE = 5
MAX_ROWS, MAX_BUTTONS, MAX_CUSTOM_ID, MAX_BUTTON_LABEL = 5, 5, 100, 80
MAX_MODAL, MAX_TITLE, MAX_LABEL, MAX_DESCRIPTION = 5, 45, 45, 100
_OPTION_COUNTS = {SELECT: (1, 25), RADIO_GROUP: (2, 10), CHECKBOX_GROUP: (1, 10)}
MAX_OPTION_TEXT = 100

_SELECT_KEYS = keys("type id custom_id placeholder min_values max_values disabled required")
_KEYS: dict[int, frozenset[str]] = {
    ROW: keys("type id components"),
    BUTTON: keys("type id style label emoji custom_id sku_id url disabled"),
    SELECT: _SELECT_KEYS | {"options"},
    TEXT_INPUT: keys("type id custom_id style label min_length max_length required value placeholder"),
    **{kind: _SELECT_KEYS | {"default_values", "channel_types"} for kind in SELECTS - {SELECT}},
    TEXT_DISPLAY: keys("type id content"),
    LABEL: keys("type id label description component"),
    RADIO_GROUP: keys("type id custom_id options required"),
    CHECKBOX_GROUP: keys("type id custom_id options min_values max_values required"),
    CHECKBOX: keys("type id custom_id default"),
}
_OPTION_KEYS = keys("label value description emoji default")
_MODAL_KEYS = keys("custom_id title components")


def check_message_components(rows: list[dict[str, Any]]) -> None:
    """At most five rows of five buttons or one select, each `custom_id` once."""
    if len(rows) > MAX_ROWS:
        raise invalid_form("components", "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.", ROW_PAGE)
    for number, row in enumerate(rows):
        _check_row(row, f"components.{number}")
    _refuse_double_ids(rows)


def _check_row(row: dict[str, Any], path: str) -> None:
    _refuse_strange(row, path)
    if row.get("type") != ROW:
        raise invalid_form(f"{path}.type", "UNION_TYPE_CHOICES", "Value must be one of (1,)", ROW_PAGE)
    inside = row.get("components") or []
    if not 1 <= len(inside) <= MAX_BUTTONS:
        raise invalid_form(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.", ROW_PAGE)
    if len(inside) > 1 and any(one.get("type") in SELECTS for one in inside):
        raise invalid_form(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select fills its row.", ROW_PAGE)
    for number, one in enumerate(inside):
        _check_inside(one, f"{path}.components.{number}")


def _check_inside(one: dict[str, Any], path: str) -> None:
    _refuse_strange(one, path)
    if one.get("type") not in SELECTS | {BUTTON}:
        raise invalid_form(f"{path}.type", "UNION_TYPE_CHOICES", "Not a button or select.", ROW_PAGE)
    if one["type"] == BUTTON:
        _check_button(one, path)
    else:
        _check_field(one, path)


def _check_button(one: dict[str, Any], path: str) -> None:
    if len(one.get("label") or "") > MAX_BUTTON_LABEL:
        raise invalid_form(f"{path}.label", "BASE_TYPE_MAX_LENGTH", "Must be 80 or fewer in length.", COMPONENT_PAGE)
    if not (one.get("label") or one.get("emoji")):
        raise invalid_form(path, "BUTTON_COMPONENT_INVALID", "A label or an emoji is needed.", COMPONENT_PAGE)
    is_link = one.get("style") == LINK_STYLE
    if is_link == bool(one.get("custom_id")) or is_link != bool(one.get("url")):
        raise invalid_form(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "url or id", COMPONENT_PAGE)
    _check_custom_id(one, path)


def check_modal(modal: dict[str, Any]) -> None:
    """A title of 45, up to five components, each `custom_id` once."""
    refuse_unknown(modal, _MODAL_KEYS, "data")
    _check_length(modal.get("title"), "data.title", 1, MAX_TITLE)
    _check_custom_id(modal, "data")
    parts = modal.get("components") or []
    if not 1 <= len(parts) <= MAX_MODAL:
        raise invalid_form("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.", MODAL_PAGE)
    for number, part in enumerate(parts):
        _check_modal_part(part, f"data.components.{number}")
    _refuse_double_ids(parts)


def _check_modal_part(part: dict[str, Any], path: str) -> None:
    _refuse_strange(part, path)
    if part.get("type") == LABEL:
        _check_length(part.get("label"), f"{path}.label", 1, MAX_LABEL)
        if part.get("description") is not None:
            _check_length(part["description"], f"{path}.description", 1, MAX_DESCRIPTION)
        _check_field(part.get("component") or {}, f"{path}.component")
    elif part.get("type") == ROW:
        for one in part.get("components") or []:
            _check_field(one, f"{path}.components.0")
    elif part.get("type") != TEXT_DISPLAY:
        raise invalid_form(f"{path}.type", "UNION_TYPE_CHOICES", "Not allowed in a modal.", MODAL_PAGE)


def _check_field(one: dict[str, Any], path: str) -> None:
    """A select, text input, radio or checkbox group."""
    _refuse_strange(one, path)
    _check_custom_id(one, path)
    if one["type"] == TEXT_INPUT:
        _check_text_input(one, path)
    if one["type"] in _OPTION_COUNTS:
        _check_options(one, path)


def _check_text_input(one: dict[str, Any], path: str) -> None:
    longest = one.get("max_length") or 4000
    if len(one.get("value") or "") > longest:
        raise invalid_form(f"{path}.value", "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer.", COMPONENT_PAGE)
    if one.get("placeholder"):
        _check_length(one["placeholder"], f"{path}.placeholder", 1, MAX_OPTION_TEXT)


def _check_options(one: dict[str, Any], path: str) -> None:
    least, most = _OPTION_COUNTS[one["type"]]
    options = one.get("options") or []
    if not least <= len(options) <= most:
        raise invalid_form(
            f"{path}.options", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most}.", COMPONENT_PAGE
        )
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        raise invalid_form(f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "twice", COMPONENT_PAGE)
    for number, option in enumerate(options):
        refuse_unknown(option, _OPTION_KEYS, f"{path}.options.{number}")
        _check_length(option.get("label"), f"{path}.options.{number}.label", 1, MAX_OPTION_TEXT)


def _check_custom_id(one: dict[str, Any], path: str) -> None:
    if one.get("style") == LINK_STYLE and one.get("type") == BUTTON:
        return
    length = len(one.get("custom_id") or "")
    if not 1 <= length <= MAX_CUSTOM_ID:
        raise invalid_form(f"{path}.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100.", CUSTOM_ID_PAGE)


def _check_length(text: Any, path: str, least: int, most: int) -> None:
    if not least <= len(text or "") <= most:
        message = f"Must be between {least} and {most} in length."
        raise invalid_form(path, "BASE_TYPE_BAD_LENGTH", message, COMPONENT_PAGE)


def _refuse_strange(one: dict[str, Any], path: str) -> None:
    known = _KEYS.get(one.get("type") or 0)
    if known is None:
        raise invalid_form(f"{path}.type", "UNION_TYPE_CHOICES", "Unknown type of component.", COMPONENT_PAGE)
    refuse_unknown(one, known, path)


def _refuse_double_ids(parts: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for custom_id in _custom_ids(parts):
        if custom_id in seen:
            message = "Component custom id cannot be duplicated"
            raise invalid_form("components", "COMPONENT_CUSTOM_ID_DUPLICATED", message, CUSTOM_ID_PAGE)
        seen.add(custom_id)


def _custom_ids(parts: list[dict[str, Any]]) -> Iterator[str]:
    for part in parts:
        if part.get("custom_id"):
            yield str(part["custom_id"])
        yield from _custom_ids(part.get("components") or [])
        if part.get("component"):
            yield from _custom_ids([part["component"]])
