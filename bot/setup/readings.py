"""Reading an answer: what people type becomes a value, or an error with a sentence that says what would do."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from bot.errors import CausewayError, UserError
from bot.text import TextRefused, gate
from bot.when import WhenRefused, zone_of_state
from bot.words import BOTH, LANGUAGES

MOST_ORGANIZATIONS = 1000
LONGEST_NAME = 120
_COLUMNS = {
    "name": "name", "nombre": "name", "organization": "name", "organizacion": "name",
    "language": "language", "idioma": "language", "zone": "zone", "zona": "zone",
    "state": "region", "estado": "region", "kind": "kind", "tipo": "kind",
}  # fmt: skip
_LANGUAGE_NAMES = {
    "en": "en", "english": "en", "ingles": "en", "es": "es", "spanish": "es", "espanol": "es", "castellano": "es",
}  # fmt: skip
KINDS = ("nonprofit", "party", "union", "group")


@dataclass(frozen=True)
class Listed:
    """One line of the organizations file; only the name is required."""

    name: str
    values: dict[str, str]


def folded(text: str) -> str:
    """Small letters without accents, underscores and double spaces, so that "Nueva_York" and "nueva york" are one."""
    plain = unicodedata.normalize("NFKD", text.replace("_", " ").casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def read_name(text: str) -> str:
    """What the bot is called here: 1 to 32 characters."""
    try:
        name = gate(text, limit=32, lines=False)
    except TextRefused as wrong:
        raise UserError("setup.name_wrong") from wrong
    if not name:
        raise UserError("setup.name_wrong")
    return name


def read_languages(text: str) -> tuple[str, ...]:
    """1 both, 2 English, 3 Spanish; or the words, in either language; the first one is the default."""
    words = [word for word in folded(text).replace(",", " ").split() if word not in {"and", "y", "e"}]
    numbers = {"1": LANGUAGES, "2": ("en",), "3": ("es",), BOTH: LANGUAGES, "ambos": LANGUAGES}
    if len(words) == 1 and words[0] in numbers:
        return tuple(numbers[words[0]])
    if not words or any(word not in _LANGUAGE_NAMES for word in words):
        raise UserError("setup.languages_wrong")
    return tuple(dict.fromkeys(_LANGUAGE_NAMES[word] for word in words))


def read_zone(text: str) -> str:
    """A zone by its name, by its city ("chicago", "ciudad de mexico"), or by a state's two letters."""
    wanted = folded(text)
    zones = {folded(zone): zone for zone in sorted(available_timezones()) if "/" in zone}
    if wanted in zones:
        return zones[wanted]
    cities = {folded(zone.rpartition("/")[2]): zone for zone in zones.values()} | _ALSO_CALLED
    if wanted in cities:
        return cities[wanted]
    try:
        return zone_of_state(_STATES.get(wanted, text))
    except WhenRefused as wrong:
        raise UserError("setup.zone_wrong", said=text.strip()[:40]) from wrong


_ALSO_CALLED = {
    "nueva york": "America/New_York", "ciudad de mexico": "America/Mexico_City", "mexico": "America/Mexico_City",
    "nueva orleans": "America/Chicago", "san juan": "America/Puerto_Rico", "filadelfia": "America/New_York",
    "houston": "America/Chicago", "dallas": "America/Chicago", "austin": "America/Chicago", "miami": "America/New_York",
    "atlanta": "America/New_York", "boston": "America/New_York", "philadelphia": "America/New_York",
    "washington": "America/New_York", "seattle": "America/Los_Angeles", "portland": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles", "san diego": "America/Los_Angeles", "minneapolis": "America/Chicago",
    "milwaukee": "America/Chicago", "new orleans": "America/Chicago", "el paso": "America/Denver",
}  # fmt: skip


_STATE_NAMES = """
    Alabama AL, Alaska AK, Arizona AZ, Arkansas AR, California CA, Colorado CO, Connecticut CT,
    Delaware DE, Florida FL, Georgia GA, Hawaii HI, Idaho ID, Illinois IL, Indiana IN, Iowa IA,
    Kansas KS, Kentucky KY, Louisiana LA, Luisiana LA, Maine ME, Maryland MD, Massachusetts MA,
    Michigan MI, Minnesota MN, Mississippi MS, Missouri MO, Montana MT, Nebraska NE, Nevada NV,
    New Hampshire NH, New Jersey NJ, Nueva Jersey NJ, New Mexico NM, Nuevo México NM, North Carolina NC,
    Carolina del Norte NC, North Dakota ND, Dakota del Norte ND, Ohio OH, Oklahoma OK, Oregon OR,
    Pennsylvania PA, Pensilvania PA, Rhode Island RI, South Carolina SC, Carolina del Sur SC,
    South Dakota SD, Dakota del Sur SD, Tennessee TN, Texas TX, Tejas TX, Utah UT, Vermont VT,
    Virginia VA, West Virginia WV, Virginia Occidental WV, Wisconsin WI, Wyoming WY
"""
_STATES = {folded(named[:-3]): named[-2:] for named in map(str.strip, _STATE_NAMES.split(","))}


def own_zone(localtime: Path = Path("/etc/localtime")) -> str:
    """The zone of this machine, proposed as the default; New York where it says none that has a place."""
    named = os.environ.get("TZ", "").lstrip(":")
    linked = str(localtime.resolve()).partition("zoneinfo/")[2]
    known = [zone for zone in (named, linked) if "/" in zone and not zone.startswith("Etc/")]
    return next((zone for zone in known if zone in available_timezones()), "America/New_York")


def read_kind(text: str) -> str:
    """1: a table of organizations; 2: one membership in chapters."""
    kinds = {"1": "organizations", "organizations": "organizations", "organizaciones": "organizations",
             "2": "members", "members": "members", "integrantes": "members"}  # fmt: skip
    found = kinds.get(folded(text))
    if found is None:
        raise UserError("setup.kind_wrong")
    return found


def read_organizations(path: Path) -> list[Listed]:
    """The organizations of a CSV file with a heading line; a file with one column needs no heading."""
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise UserError("setup.file_unreadable", file=str(path)) from wrong
    rows = [row for row in csv.reader(io.StringIO(text), _dialect(text)) if any(cell.strip() for cell in row)]
    headings = [_COLUMNS.get(folded(cell).replace(" ", "_"), "") for cell in rows[0]] if rows else []
    if "name" in headings:
        rows = rows[1:]
    else:
        headings = ["name"]
    if not rows or len(rows) > MOST_ORGANIZATIONS:
        raise UserError("setup.file_empty", file=path.name, most=MOST_ORGANIZATIONS)
    return [_listed(dict(zip(headings, row, strict=False)), number) for number, row in enumerate(rows, 1)]


def _dialect(text: str) -> type[csv.Dialect]:
    """Spreadsheets of half the world write semicolons."""
    first = text.partition("\n")[0]
    return type("Dialect", (csv.excel,), {"delimiter": ";" if first.count(";") > first.count(",") else ","})


def _listed(row: dict[str, str], number: int) -> Listed:
    try:
        name = gate(row.get("name", ""), limit=LONGEST_NAME, lines=False)
        values = _values(row)
    except (TextRefused, CausewayError) as wrong:
        raise UserError("setup.line_wrong", number=number) from wrong
    if not name:
        raise UserError("setup.line_wrong", number=number)
    return Listed(name, values)


def _values(row: dict[str, str]) -> dict[str, str]:
    given = {key: value.strip() for key, value in row.items() if key and key != "name" and value.strip()}
    if "language" in given:
        spoken = read_languages(given["language"])
        given["language"] = BOTH if len(spoken) > 1 else spoken[0]
    if "region" in given:
        given["region"] = given["region"].upper()
        given.setdefault("zone", zone_of_state(given["region"]))
    if "zone" in given:
        given["zone"] = read_zone(given["zone"])
    if given.get("kind", KINDS[0]) not in KINDS:
        raise UserError("setup.kind_wrong")
    return given


def read_folder(text: str) -> Path:
    """A folder for back-ups, as an absolute path; made when it is not there. UserError when it cannot be written."""
    folder = Path(text.strip()).expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".causeway-was-here"
        probe.touch()
        probe.unlink()
    except OSError as wrong:
        raise UserError("setup.folder_wrong", folder=str(folder)) from wrong
    return folder
