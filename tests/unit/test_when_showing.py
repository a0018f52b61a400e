"""Times as people read them, zones of states, and the sentences of refusals."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bot.text import parse, to_discord, to_plain
from bot.when import When, WhenRefused, is_zone, show_when, show_when_short, show_zone, time_markdown, zone_of_state

AT = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
LOCALES = Path(__file__).parents[2] / "bot" / "locales"


@pytest.mark.parametrize(
    ("zone", "language", "shown", "short"),
    [
        (
            "America/New_York",
            "en",
            "Saturday, November 28, 2026, 5:00 PM Eastern Time",
            "Sat, Nov 28, 5:00 PM ET",
        ),
        (
            "America/New_York",
            "es",
            "sábado, 28 de noviembre de 2026, 17:00 (hora del Este)",
            "sáb, 28 nov, 17:00 ET",
        ),
        (
            "America/Phoenix",
            "en",
            "Saturday, November 28, 2026, 3:00 PM Arizona Time",
            "Sat, Nov 28, 3:00 PM Arizona",
        ),
        (
            "Europe/Madrid",
            "es",
            "sábado, 28 de noviembre de 2026, 23:00 (hora de Europa central)",
            "sáb, 28 nov, 23:00 CET",
        ),
        ("UTC", "en", "Saturday, November 28, 2026, 10:00 PM UTC", "Sat, Nov 28, 10:00 PM UTC"),
    ],
)
def test_a_time_is_shown_with_weekday_date_and_zone(zone: str, language: str, shown: str, short: str) -> None:
    """a1: shown back with weekday, date and zone."""
    when = When(at=AT, zone=zone)
    assert show_when(when, language) == shown
    assert show_when_short(when, language) == short


def test_a_zone_has_a_name_in_both_languages() -> None:
    """WORDS: nobody reads zone names such as America/Detroit."""
    assert show_zone("America/Detroit", "en") == "Eastern Time"
    assert show_zone("America/Detroit", "es") == "hora del Este"


def test_a_day_alone_is_shown_without_an_hour() -> None:
    """a1: no midnight that nobody named."""
    when = When(at=AT.replace(hour=5), zone="America/New_York", date_only=True)
    assert show_when(when, "en") == "Saturday, November 28, 2026"
    assert show_when_short(when, "es") == "sáb, 28 nov"


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_moment_in_our_markdown_is_words_everywhere_and_local_on_discord(language: str) -> None:
    """FACTS 34b and DESIGN 4: Discord gets <t:...>, everybody gets words."""
    words = show_when(When(at=AT, zone="America/Chicago"), language)
    doc = parse(time_markdown(AT, "America/Chicago", language))
    assert to_plain(doc) == words
    assert to_discord(doc) == f"{words} (<t:{int(AT.timestamp())}:f>)"


CODES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP
"""
STATES = CODES.split()


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_territory_has_a_zone(state: str) -> None:
    """WORDS: the zone is proposed from the state; nobody types zone names."""
    zone = zone_of_state(state.lower())
    assert is_zone(zone)
    assert ZoneInfo(zone)


def test_an_unknown_state_is_refused() -> None:
    """Section 6."""
    with pytest.raises(WhenRefused) as refused:
        zone_of_state("ZZ")
    assert (refused.value.key, refused.value.params) == ("when.no_state", {"state": "ZZ"})


@pytest.mark.parametrize("name", ["", "../x", "America", "EST5EDT", "america/chicago", "America/Chicago\0"])
def test_what_is_no_place_is_no_zone(name: str) -> None:
    """Section 6: names are looked up in a list, never on the disk."""
    assert not is_zone(name)


def _places(language: str) -> dict[str, set[str]]:
    tables = tomllib.loads((LOCALES / f"text.{language}.toml").read_text(encoding="utf-8"))
    return {
        f"{table}.{key}": {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}
        for table, sentences in tables.items()
        for key, sentence in sentences.items()
    }


def test_both_languages_have_the_same_sentences_with_the_same_places() -> None:
    """DESIGN 3 law 6."""
    assert _places("en") == _places("es")


def test_every_key_that_is_raised_has_a_sentence() -> None:
    """DESIGN 3 law 6: found in the code itself."""
    root = LOCALES.parent
    files = [*(root / "text").glob("*.py"), *(root / "when").glob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    raised = set(re.findall(r'"((?:text|link|when)\.[a-z_]+)"', code))
    assert raised == set(_places("en"))
