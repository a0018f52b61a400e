"""Discord's own OpenAPI file as a judge of requests, where at hand (`DISCORD_OPENAPI`, or beside the checkout)."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import referencing
import referencing.jsonschema

from .errors import SCHEMA_PAGE, invalid_form

_URI = "urn:discord"
MISSING = "Discord's OpenAPI file is not at hand: set DISCORD_OPENAPI to its path to have requests judged by it"


def location() -> Path | None:
    """Where the file is, or None."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "discord-openapi.json"
    path = Path(os.environ.get("DISCORD_OPENAPI") or beside)
    return path if path.is_file() else None


@functools.cache
def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    # Discord's own upload example numbers attachments with integers (reference#uploading-files); discord.py does too.
    document["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
    return document


@functools.cache
def _registry(path: Path) -> Any:
    resource = referencing.Resource.from_contents(
        _document(path), default_specification=referencing.jsonschema.DRAFT202012
    )
    return referencing.Registry().with_resource(_URI, resource)


def _pointer(*steps: str) -> str:
    return "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


@functools.cache
def _judge(path: Path, *steps: str) -> jsonschema.Draft202012Validator | None:
    """A compiled validator for one place of the document, None where nothing is described."""
    place: Any = _document(path)
    for step in steps:
        place = place.get(step)
        if place is None:
            return None
    schema = {"$ref": f"{_URI}#/{_pointer(*steps)}"}
    return jsonschema.Draft202012Validator(schema, registry=_registry(path))


def check_request(method: str, template: str, payload: Any) -> bool:
    """Refuse a body that the file does not describe; False when there is no file or no description."""
    path = location()
    if path is None:
        return False
    where = ("paths", template, method.lower(), "requestBody", "content", "application/json", "schema")
    judge = _judge(path, *where)
    if judge is None:
        return False
    for error in judge.iter_errors(payload):
        best = jsonschema.exceptions.best_match([error])
        raise invalid_form(".".join(map(str, best.absolute_path)), "SCHEMA", best.message[:300], SCHEMA_PAGE)
    return True


def complaints(method: str, template: str, answer: Any, status: str = "200") -> list[str]:
    """What the file says against an answer of the stand-in itself (used by its own tests)."""
    path = location()
    if path is None:
        return []
    judge = _judge(
        path, "paths", template, method.lower(), "responses", status, "content", "application/json", "schema"
    )
    return [] if judge is None else [f"{error.json_path}: {error.message}" for error in judge.iter_errors(answer)]
