"""From a message to a line and from a card to messages, without a server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.cards import Card, Choice
from bot.errors import TooLarge
from bot.platforms.matrix.arrivals import arrival_of, arrivals_of, since_our_join
from bot.platforms.matrix.content import byte_size, message
from bot.platforms.matrix.parse import Line, for_the_bot, read_line
from bot.platforms.matrix.render import render
from bot.words import Md, Words

WORDS = Words.load(Path(bot.__file__).parent.parent)
ME = "@bot:x"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = ["m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.encrypted", "m.room.tombstone"]
CONTENT = st.fixed_dictionaries(
    {},
    optional={
        key: JSON | st.just(value)
        for key, value in {
            "msgtype": "m.text",
            "body": "> x\n\n1",
            "m.relates_to": {"rel_type": "m.thread", "event_id": 3, "m.in_reply_to": []},
            "membership": "join",
            "redacts": "$a",
        }.items()
    },
)
EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS) | JSON, "content": CONTENT | JSON},
    optional={
        key: JSON | st.just(value)
        for key, value in {
            "sender": "@a:x", "event_id": "$1", "state_key": ME, "origin_server_ts": 1,
            "unsigned": {"prev_content": []},
        }.items()
    },
)  # fmt: skip


@given(st.lists(EVENT, max_size=4))
def test_no_event_of_any_shape_stops_the_loop(sources: list[dict[str, Any]]) -> None:
    """C2, D4: what a hostile server sends is an arrival or nothing, never an exception."""
    client: Any = SimpleNamespace(user_id=ME, olm=None)
    events = [SimpleNamespace(source=source) for source in sources]
    since_our_join(ME, events)
    found = [arrival for event in events if (arrival := arrival_of(client, event, "!r:x"))]
    assert arrivals_of(client, events, "!r:x") == found
    for arrival in found:
        read_line(arrival.content)
        for_the_bot(arrival.content, direct=False)


@given(CONTENT)
def test_any_content_is_read_as_a_line(content: dict[str, Any]) -> None:
    """C2: whatever stands in a message."""
    assert isinstance(read_line(content), Line)


def test_a_quotation_above_a_reply_is_not_part_of_the_answer() -> None:
    """n16: older clients repeat what they answer."""
    answer = {"m.in_reply_to": {"event_id": "$card"}}
    assert read_line({"body": "> <@bot:x> Hungry?\n> 1. yes\n\n2", "m.relates_to": answer}) == Line("2", ("$card",))
    assert read_line({"body": "> not a reply"}) == Line("> not a reply")
    thread = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$last"}}
    assert read_line({"body": " 1) ", "m.relates_to": thread}) == Line("1)", ("$last", "$root"))


@pytest.mark.parametrize(
    ("body", "relation", "direct", "wanted"),
    [
        ("hello", {}, True, True),
        ("hello", {}, False, False),
        ("!help", {}, False, True),
        ("1", {}, False, False),
        ("1", {"m.in_reply_to": {"event_id": "$a"}}, False, True),
        ("123", {"m.in_reply_to": {"event_id": "$a"}}, False, False),
        ("yes", {"m.in_reply_to": {"event_id": "$a"}}, False, False),
    ],
)
def test_which_lines_are_kept_at_all(body: str, relation: dict[str, Any], direct: bool, wanted: bool) -> None:
    """D2: talk among others never is."""
    assert for_the_bot({"body": body, "m.relates_to": relation}, direct) is wanted


def test_a_card_has_numbers_a_hint_who_sees_it_and_its_code() -> None:
    """a7: the same in the plain body and in HTML; labels are literal."""
    card = Card(Md("**Rally** at *five*"), (Choice("<b>In</b>", "t1"), Choice("1. *Maybe*", "t2")), code="A-7KQ2")
    (part,) = render(card, WORDS, direct=False)
    assert part.body == (
        "Rally at five\n\n1. <b>In</b>\n2. 1. *Maybe*\n\n"
        "To answer, reply to this message with the number. Everybody in this room can see your reply.\n\nA-7KQ2"
    )
    assert "<ol><li>&lt;b&gt;In&lt;/b&gt;</li><li>1. *Maybe*</li></ol>" in part.html
    assert "Everybody" not in render(card, WORDS, direct=True)[0].body


def test_a_card_in_both_languages_says_how_to_answer_in_both() -> None:
    """h8: labels with a middle dot are a message in both languages."""
    (part,) = render(Card(Md("x"), (Choice("I'm in · Ahí estaré", "t"),)), WORDS, direct=False)
    assert "Everybody in this room" in part.body
    assert "pueden ver tu respuesta" in part.body


def test_a_long_card_is_cut_and_every_part_fits() -> None:
    """g7: parts are numbered behind the code; the choices stand in the last one; bytes are what counts."""
    words = Md("\n\n".join("行" * 900 for _ in range(40)))
    parts = render(Card(words, (Choice("In", "t"),), code="A-7KQ2"), WORDS, direct=False, encrypted=True)
    assert len(parts) > 1
    assert [one.body.rsplit("\n", 1)[-1] for one in parts] == [
        f"A-7KQ2 {n}/{len(parts)}" for n in range(1, len(parts) + 1)
    ]
    assert ["1. In" in one.body for one in parts] == [False] * (len(parts) - 1) + [True]
    assert all(byte_size(one.content(loud=True)) < 46_080 for one in parts)
    endless = tuple(Choice("行" * 3000, str(n)) for n in range(20))
    with pytest.raises(TooLarge):
        render(Card(Md("x"), endless), WORDS, direct=False)


def test_only_a_call_may_make_a_sound_and_nobody_is_named() -> None:
    """g2: m.text for a call, m.notice for all else, mentions always empty."""
    assert message("x", loud=True) == {"msgtype": "m.text", "body": "x", "m.mentions": {}}
    assert message("x")["msgtype"] == "m.notice"
