"""Which keys an object may have. Discord ignores some unknown keys; here each one is a typing error."""

from __future__ import annotations

from typing import Any

from .errors import REFERENCE_PAGE, invalid_form


def keys(text: str) -> frozenset[str]:
    """`keys("type id label")`: the names, read as a list of words."""
    return frozenset(text.split())


def refuse_unknown(payload: Any, known: frozenset[str], path: str = "") -> None:
    """Refuse whatever is not an object with known keys; `path` is where it stands in the request."""
    if not isinstance(payload, dict):
        raise invalid_form(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used.", REFERENCE_PAGE)
    for key in payload.keys() - known:
        where = f"{path}.{key}" if path else str(key)
        raise invalid_form(where, "UNKNOWN_KEY", f"Unknown key {key!r}", REFERENCE_PAGE)
