"""Times in words, both languages. Now is Monday 23 November 2026, 13:00 in New York, unless a test says otherwise."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.when import When, WhenRefused, parse_when, show_when, show_when_short
from tests.unit.when_phrases import GUESSED, PHRASES

NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def read(text: str, *, language: str = "en", zone: str = NEW_YORK, now: datetime = NOW) -> When:
    return parse_when(text, now=now, zone=zone, language=language)


def local(when: When) -> str:
    return when.at.astimezone(ZoneInfo(when.zone)).strftime("%m-%d %H:%M")


def refused(text: str, *, language: str = "en", zone: str = NEW_YORK, now: datetime = NOW) -> WhenRefused:
    with pytest.raises(WhenRefused) as caught:
        read(text, language=language, zone=zone, now=now)
    return caught.value


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_phrase_is_read_in_either_language(phrase: str, language: str) -> None:
    """a1: "Sat 5pm", "mañana a las 9": both languages' words are always accepted."""
    when = read(phrase, language=language)
    assert local(when) == PHRASES[phrase]
    assert not when.date_only
    assert not when.guessed
    assert when.at > NOW


@pytest.mark.parametrize("phrase", GUESSED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_an_hour_without_its_half_of_the_day_is_between_8_and_19(phrase: str, language: str) -> None:
    """a1: the rule is stated, and the guess is marked so that it is shown back."""
    when = read(phrase, language=language)
    assert (local(when), when.guessed) == (GUESSED[phrase], True)


@pytest.mark.parametrize(
    ("phrase", "day"),
    [
        ("Saturday", "11-28"),
        ("sábado", "11-28"),
        ("tomorrow", "11-24"),
        ("hoy", "11-23"),
        ("today", "11-23"),
        ("tonight", "11-23"),
        ("monday", "11-23"),
        ("next monday", "11-30"),
        ("Nov 28", "11-28"),
        ("28 de noviembre", "11-28"),
        ("2026-11-28", "11-28"),
        ("mar", "11-24"),
        ("en 2 semanas", "12-07"),
        ("mañana por la tarde", "11-24"),
        ("sábado 28 por la tarde", "11-28"),
        ("el 5 por la tarde", "12-05"),
    ],
)
def test_a_day_without_an_hour_says_so(phrase: str, day: str) -> None:
    """a1: what is missing is asked; no hour is invented."""
    when = read(phrase)
    assert when.date_only
    assert local(when) == f"{day} 00:00"


@pytest.mark.parametrize(
    ("phrase", "key"),
    [
        ("", "when.unknown"),
        ("soon", "when.unknown"),
        ("5", "when.unknown"),
        ("28", "when.unknown"),
        ("Sat 5-7pm", "when.range"),
        ("Saturday 5:00 PM – 7:00 PM", "when.range"),
        ("sábado 5 pm hasta las 7", "when.range"),
        ("sáb 17h a 19h", "when.range"),
        ("Sat 5pm or Sun 5pm", "when.unknown"),
        ("25:00", "when.unknown"),
        ("24:30", "when.unknown"),
        ("13pm", "when.unknown"),
        ("0am", "when.unknown"),
        ("sat 5:75pm", "when.unknown"),
        ("Feb 30 5pm", "when.unknown"),
        ("2026-13-01 17:00", "when.unknown"),
        ("in 0 hours", "when.unknown"),
        ("in many hours", "when.unknown"),
        ("@everyone", "when.unknown"),
        ("<t:0:R>", "when.unknown"),
        ("٥pm", "when.unknown"),
        ("sat\u202e5pm", "when.unknown"),
        ("x" * 500, "when.too_long"),
        ("yesterday 5pm", "when.past"),
        ("ayer", "when.past"),
        ("today 9am", "when.past"),
        ("2020-01-01 10:00", "when.past"),
        ("Nov 1 5pm", "when.past"),
        ("1 de septiembre 17:00", "when.past"),
        ("2031-01-01 10:00", "when.too_far"),
        ("12/31/9999 5pm", "when.too_far"),
        ("9999-12-31 23:59", "when.too_far"),
        ("0001-01-01 00:30 utc+5", "when.too_far"),
        ("0001-01-01 00:30 utc+0", "when.too_far"),
        ("0001-01-01 00:30", "when.past"),
        ("in 9999 weeks", "when.too_far"),
        ("Sunday Nov 28 5pm", "when.weekday"),
        ("domingo 28 de noviembre 17:00", "when.weekday"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(phrase: str, key: str) -> None:
    """Issue 2 section 6: one clear sentence each."""
    assert refused(phrase).key == key


def test_a_refusal_shows_the_day_it_means_in_the_readers_language() -> None:
    """Section 6: a slip is easier to see in words."""
    assert refused("Nov 1 5pm").params == {"shown": "Sunday, November 1, 2026, 5:00 PM Eastern Time"}
    assert refused("domingo 28 nov 17h", language="es").params == {"shown": "sábado, 28 de noviembre de 2026"}


def test_an_unknown_zone_is_refused() -> None:
    """Section 6: a setting of ours that is wrong must not break a form."""
    assert refused("Sat 5pm", zone="Mars/Olympus").key == "when.no_zone"
    assert refused("Sat 5pm", zone="../../etc/passwd").key == "when.no_zone"


@pytest.mark.parametrize(
    ("language", "day"), [("en", "March 4, 2027"), ("es", "April 3, 2027")]
)
def test_numbers_alone_follow_the_language(language: str, day: str) -> None:
    """a1: 3/4 is read as people of that language write it, and shown back with the month in words."""
    assert day in show_when(read("3/4 5pm", language=language), "en")
    assert "March 4" in show_when(read("2027-03-04 5pm", language=language), "en")


def test_the_order_of_numbers_can_be_set() -> None:
    """a1: an organization that writes the other way can say so."""
    when = parse_when("3/4 5pm", now=NOW, zone=NEW_YORK, language="es", order="MDY")
    assert "March 4" in show_when(when, "en")


def test_a_weekday_is_today_while_its_hour_is_ahead() -> None:
    """a1: on Saturday morning "Sat 5pm" is today, in the evening it is next week."""
    morning = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
    evening = datetime(2026, 11, 28, 23, 0, tzinfo=UTC)
    assert local(read("Sat 5pm", now=morning)) == "11-28 17:00"
    assert local(read("Sat 5pm", now=evening)) == "12-05 17:00"
    assert local(read("next Sat 5pm", now=morning)) == "12-05 17:00"


def test_the_day_is_the_one_in_the_zone_not_in_utc() -> None:
    """a1: at 23:00 in New York it is already tomorrow in UTC."""
    late = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert local(read("tomorrow 9am", now=late)) == "11-24 09:00"
    assert local(read("tomorrow 9am", now=late, zone="Europe/Madrid")) == "11-25 09:00"


@pytest.mark.parametrize(
    ("phrase", "zone", "hour"),
    [
        ("Sat 5pm CT", "America/Chicago", "17:00"),
        ("Sat 5pm Pacific", "America/Los_Angeles", "17:00"),
        ("sáb 17h hora del Pacífico", "America/Los_Angeles", "17:00"),
        ("Sat 5pm ET", NEW_YORK, "17:00"),
        ("5PM EST Sat", NEW_YORK, "17:00"),
        ("5:30 p.m. CT, Saturday", "America/Chicago", "17:30"),
        ("Sat 17:00 UTC", "UTC", "17:00"),
        ("Sat 17:00 UTC-3", NEW_YORK, "15:00"),
        ("Sat 17:00 UTC+5:30", NEW_YORK, "06:30"),
    ],
)
def test_a_zone_in_the_words_is_meant(phrase: str, zone: str, hour: str) -> None:
    """a1: people write "5pm CT" when their organization is in two zones."""
    when = read(phrase)
    assert when.zone == zone
    assert local(when) == f"11-28 {hour}"


def test_a_zone_of_the_same_name_stays_the_organizations_own() -> None:
    """a1: Detroit is Eastern, too, and Arizona says MST in summer."""
    assert read("July 5 5pm MST", zone="America/Phoenix").zone == "America/Phoenix"
    assert read("Sat 5pm AST", zone="America/St_Thomas").zone == "America/St_Thomas"
    assert read("Sat 5pm CEST", zone="Europe/Madrid").zone == "Europe/Madrid"
    assert read("Sat 5pm ET", zone="America/Detroit").zone == "America/Detroit"


OCTOBER = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    """Section 6: 14 March 2027, 2:00 to 3:00 does not exist in New York."""
    assert refused("2027-03-14 2:30am").key == "when.gap"
    assert refused("2027-03-14 2:30am").params == {"before": "2:00 AM", "after": "3:00 AM"}
    assert refused("2027-03-14 2:30am", language="es").params == {"before": "02:00", "after": "03:00"}
    assert local(read("2027-03-14 1:59am")) == "03-14 01:59"
    assert local(read("2027-03-14 3:00am")) == "03-14 03:00"


def test_an_hour_that_comes_twice_is_a_choice() -> None:
    """Section 6: 1 November 2026, 1:00 to 2:00 comes twice in New York; either answer is understood."""
    asked = refused("2026-11-01 1:30am", now=OCTOBER)
    assert asked.key == "when.twice"
    assert asked.params == {"first": "1:30 AM EDT", "second": "1:30 AM EST"}
    first = read("2026-11-01 1:30 AM EDT", now=OCTOBER)
    second = read("2026-11-01 1:30 AM EST", now=OCTOBER)
    assert first.at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert second.at - first.at == timedelta(hours=1)


def test_zones_without_letters_get_their_offset_as_a_choice() -> None:
    """Section 6: the same in Santiago, where the zone's names are numbers."""
    winter = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    asked = refused("2026-04-04 23:30", now=winter, zone="America/Santiago", language="es")
    assert asked.params == {"first": "23:30 UTC-3", "second": "23:30 UTC-4"}
    chosen = read("2026-04-04 23:30 UTC-4", now=winter, zone="America/Santiago")
    assert chosen.at == datetime(2026, 4, 5, 3, 30, tzinfo=UTC)


def test_in_two_hours_is_two_hours_also_on_the_night_of_the_change() -> None:
    """a1: counted on the line of time, not on the wall clock."""
    before = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 1:30 EDT
    assert read("in 2 hours", now=before).at == before + timedelta(hours=2)
    assert local(read("tomorrow 9am", now=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))) == "11-01 09:00"


def test_a_day_that_has_no_midnight_begins_when_it_begins() -> None:
    """Section 6: in Santiago the clocks skip from 24:00 to 1:00."""
    winter = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
    assert local(read("2026-09-06", now=winter, zone="America/Santiago")) == "09-06 01:00"


TYPED = """
sat sábado 5 17 28 pm am a las at de la mañana noche tomorrow hoy en in 2 horas weeks nov noviembre 2026 / : - , . h
mar next próximo noon midnight utc-4 est y media 00 99 9999 o'clock the el from now
"""
WORDS = TYPED.split()
PHRASE = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join),
    st.text(alphabet=string.ascii_lowercase + string.digits + " :/.,-+()", max_size=30),
    st.text(max_size=130),
)


@given(PHRASE, st.sampled_from(["en", "es"]), st.sampled_from([NEW_YORK, "UTC", "Pacific/Apia", "America/Santiago"]))
@example("2026-11-28 17:00 utc+99", "en", NEW_YORK)
@example("in 9999 weeks", "en", NEW_YORK)
@example("９９:９９", "es", "UTC")
def test_any_words_give_a_time_ahead_or_a_refusal(phrase: str, language: str, zone: str) -> None:
    """C2: nothing but WhenRefused comes out, and what is read can be shown and read again."""
    try:
        when = read(phrase, language=language, zone=zone)
    except WhenRefused:
        return
    assert when.date_only or when.at > NOW
    assert when.at.tzinfo is UTC
    assert show_when(when, language)
    assert show_when_short(when, language)


@given(
    st.datetimes(datetime(2026, 11, 24), datetime(2028, 11, 20)).map(lambda d: d.replace(second=0, microsecond=0)),  # noqa: DTZ001
    st.sampled_from(["en", "es"]),
    st.sampled_from([NEW_YORK, "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/Los_Angeles"]),
)
def test_what_is_shown_is_read_as_the_same_moment(naive: datetime, language: str, zone: str) -> None:
    """a1: a shown time can be pasted into the next form."""
    when = When(at=naive.replace(tzinfo=UTC), zone=zone)
    try:
        again = read(show_when(when, language), language=language, zone=zone)
    except WhenRefused as twice:
        assert twice.key == "when.twice"  # noqa: PT017  # the one hour a year
        return
    assert (again.at, again.zone) == (when.at, when.zone)
