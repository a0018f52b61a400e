"""Law 6: everything people read exists in English and Spanish, with the same places to fill in."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from bot import errors
from bot.registry import Registry, discover
from bot.words import LANGUAGES, Words
from tests.laws.sources import ROOT, sources

WORDS = Words.load(ROOT)
CLASSES = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
ERRORS = {name: value for name, value in CLASSES.items() if issubclass(value, errors.CausewayError)}


def forms(sentence: object) -> list[str]:
    """The sentence, or its plural forms."""
    return [str(form) for form in sentence.values()] if isinstance(sentence, dict) else [str(sentence)]


def places(sentence: object) -> set[str]:
    """The names in braces."""
    found = (part[1] for form in forms(sentence) for part in string.Formatter().parse(form))
    return {name for name in found if name}


def test_there_is_something_to_read() -> None:
    assert len(WORDS.sentences["en"]) > 20


def test_every_sentence_exists_in_every_language() -> None:
    """Law 6, h8"""
    english, spanish = (set(WORDS.sentences[language]) for language in LANGUAGES)
    assert english - spanish == set()
    assert spanish - english == set()


@pytest.mark.parametrize("key", sorted(WORDS.sentences["en"].keys() & WORDS.sentences["es"].keys()))
def test_both_languages_fill_in_the_same_places(key: str) -> None:
    """Law 6: a translation that drops the time or the place is wrong."""
    english, spanish = (WORDS.sentences[language][key] for language in LANGUAGES)
    assert places(english) == places(spanish)
    assert isinstance(english, dict) == isinstance(spanish, dict)
    assert all(form.strip() for form in (*forms(english), *forms(spanish)))


def test_spanish_uses_no_ending_that_screen_readers_stumble_on() -> None:
    """WORDS-AND-DEFAULTS: no @, x or -e endings."""
    stumbling = ("tod@s", "todxs", "todes", "compañer@", "compañerx", "compañere", "l@s ", "lxs ", "les compañer")
    read = {key: " ".join(forms(said)).lower() for key, said in WORDS.sentences["es"].items()}
    assert [key for key, said in read.items() if any(word in said for word in stumbling)] == []


SHOWN = re.compile(r"[*`/!]([^\W\d_]+ [^\W\d_]+)(?: [^*`]*)?[*`]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_in_a_sentence_is_in_the_sentences_language(language: str) -> None:
    """h8: nobody who reads Spanish is told to type English."""
    registry = Registry(discover(), WORDS)
    own = {registry.command(name, language) for name, _ in registry}
    groups = {registry.command(name, one).split()[0] for name, _ in registry for one in LANGUAGES}
    wrong = []
    for key, said in WORDS.sentences[language].items():
        for typed in SHOWN.findall(" ".join(forms(said))):
            if typed.split()[0] in groups and not {typed, typed.split()[0]} & own:
                wrong.append((key, typed))
    assert not wrong


def raised_keys() -> Iterator[tuple[str, str, str]]:
    """Every key that an error is made with, the feature it is made in, and where."""
    for source in sources("bot", "cogs"):
        feature = source.path.parts[1] if source.path.parts[0] == "cogs" else ""
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
                    yield first.value, feature, f"{source.path}:{node.lineno}"


def test_every_error_has_its_sentence() -> None:
    """DESIGN 1: the sentence for people apart from the cause."""
    own = [(error.key, "", f"bot/errors.py {name}") for name, error in ERRORS.items()]
    made = [*raised_keys(), *own]
    missing = {where: key for key, feature, where in made if not WORDS.has(key) and not WORDS.has(f"{feature}.{key}")}
    assert not missing


def buttons_in_the_wrong_language(tree: ast.AST) -> Iterator[int]:
    """Where a function that writes for readers of a given language makes a button in the asker's: the lines."""
    for made in ast.walk(tree):
        if isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef) and _is_for_others(made):
            # One whose value is not used is written down and shown by nobody.
            unused = {id(one.value) for one in ast.walk(made) if isinstance(one, ast.Expr)}
            for node in ast.walk(made):
                named = isinstance(node, ast.Call) and any(one.arg == "language" for one in node.keywords)
                if _calls(node, "choice") and not named and id(node) not in unused:
                    yield node.lineno  # type: ignore[attr-defined]


def _is_for_others(made: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = {one.arg for one in (*made.args.args, *made.args.kwonlyargs)}
    return "language" in names or any(_calls(node, "card_in") for node in ast.walk(made))


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def test_a_card_for_others_has_its_buttons_in_their_language() -> None:
    """h8: *Ask again* stood under a Spanish sentence."""
    found = {str(source.path): list(buttons_in_the_wrong_language(source.tree)) for source in sources("cogs")}
    assert not {path: lines for path, lines in found.items() if lines}
