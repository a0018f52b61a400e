"""What is wrong with the settings: the section and key as they stand in the file, what is wanted, the nearest key.

Values are never repeated: a token put into the wrong line must not land on a screen or in a log.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import ConfigError

# pydantic's type of mistake -> the sentence in `locales`. All others read `config.value`.
_SENTENCES = {
    "int_parsing": "config.want_number", "int_type": "config.want_number", "int_from_float": "config.want_number",
    "bool_parsing": "config.want_yes_no", "bool_type": "config.want_yes_no",
    "literal_error": "config.want_one_of",
    "greater_than_equal": "config.want_at_least", "less_than_equal": "config.want_at_most",
    "string_too_long": "config.want_shorter", "string_pattern_mismatch": "config.want_secret_name",
    "zone": "config.zone", "same_folder": "config.same_folder",
}  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, else all of them with commas: nobody should need a manual for a typing mistake."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return near[0] if near else ", ".join(names)


def first_mistake(wrong: ValidationError, keys: Mapping[str, tuple[str, ...]]) -> ConfigError:
    """The first mistake in the order of the file, as an error with a sentence."""
    mistake = wrong.errors(include_url=False, include_input=False)[0]
    section, *rest = (str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return _unknown(section, rest, keys)
    sentence = _SENTENCES.get(mistake["type"], "config.value")
    return ConfigError(sentence, setting=".".join([section, *rest[:1]]), **_wanted(mistake))


def _wanted(mistake: ErrorDetails) -> dict[str, str]:
    context = mistake.get("ctx", {})
    return {name: str(value) for name, value in context.items()} | {"said": mistake["msg"]}


def _unknown(section: str, rest: list[str], keys: Mapping[str, tuple[str, ...]]) -> ConfigError:
    if not rest:
        return ConfigError("config.unknown_section", section=section, nearest=nearest(section, keys))
    elsewhere = [name for name, known in keys.items() if rest[0] in known]
    if elsewhere and rest[0] not in ("url", "enabled"):
        return ConfigError("config.other_section", section=section, word=rest[0], belongs=elsewhere[0])
    return ConfigError("config.unknown_key", section=section, word=rest[0], nearest=nearest(rest[0], keys[section]))
