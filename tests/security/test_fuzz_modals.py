"""C2: whatever is typed into a form, nothing crashes: it is taken, or refused in a sentence and kept."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App, build_core
from bot.cards import Outcome
from bot.platforms.rehearsal.adapter import RehearsalAdapter
from bot.platforms.rehearsal.world import World
from bot.text import TextRefused, escape, gate, parse, split, to_discord, to_matrix, to_plain
from tests.conformance.house import RehearsalHouse
from tests.features.alerts.coalition import connect

# What breaks parsers, besides what Hypothesis finds by itself.
NASTY = st.sampled_from(
    [
        "", " ", "\x00", "\u202etxt", "@everyone", "<@1>", "<t:1:R>", "</x:1>", "[a](javascript:b)", "![](", "```",
        "||a||", "٢٢٠٤١", "２２０４１", "2204é", "1\u20e3", "\ud7ff", "\U000e0041", "é" * 3 + "\u0301" * 40,
        "<b><i>" * 40, "*_" * 60, "99999999999999999999", "-0", "0/0/0", "31 feb", "25:61", "in 99999999 years",
        "https://x@[::1]/", "a" * 5000,
    ]
)  # fmt: skip
TYPED = st.one_of(NASTY, st.text(max_size=300), st.lists(NASTY, max_size=4).map(" ".join))


@settings(max_examples=2500, deadline=None)
@given(texts=st.lists(TYPED, min_size=4, max_size=4))
def test_ten_thousand_texts_pass_the_gate_or_are_refused(texts: list[str]) -> None:
    """C2, G6: gate, our Markdown, every drawing, the cut into messages."""
    for text in texts:
        try:
            clean = gate(text, limit=1500)
        except TextRefused:
            continue
        document = parse(escape(clean))
        assert "@everyone" not in to_discord(document).replace("\u200b@everyone", "")
        assert all(len(part) <= 2000 for part in split(to_discord(document), 2000))
        # An address that the link gate would not pass is broken by a zero-width space on Matrix.
        assert to_matrix(document)[0].replace("\u200b", "") == to_plain(document)


class Office:
    """One organization on the rehearsal, and a form that is open."""

    def __init__(self, folder: Path) -> None:
        self.world, self.folder = World(), folder

    async def open(self) -> None:
        core = await build_core(f"sqlite:///{self.folder}/main.db", f"sqlite:///{self.folder}/keys.db", b"m" * 32)
        self.app = App(core, [partial(RehearsalAdapter, world=self.world, style="forms")])
        self.house = RehearsalHouse(self.app, self.world, "forms", None)
        self.sender = await connect(self.house, "Harbor Tenants")

    async def fill(self, texts: list[str]) -> Outcome:
        opened = await self.house.adapter.command(self.sender.moderator, f"{self.sender.space}/desk", "alerts.new", {})
        assert opened.form is not None
        values = {one.key: text for one, text in zip(opened.form.blanks, texts, strict=True)}
        return await self.house.adapter.submit(self.sender.moderator, "", opened.form.token, values)


def test_any_text_in_every_field_of_a_call_ends_in_a_preview_or_a_sentence() -> None:
    """C2: five hostile fields at once, through the real form; what is refused comes back filled in."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        office = Office(Path(folder))
        runner.run(office.open())
        failed = str(office.app.core.words.say("en", "core.failed"))

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(texts=st.lists(TYPED, min_size=5, max_size=5))
        def fill(texts: list[str]) -> None:
            outcome = runner.run(office.fill(texts))
            assert failed not in [str(one.card.text) for one in outcome.says]
            if outcome.form is not None:
                assert outcome.form.error
                assert [one.value for one in outcome.form.blanks] == [text[:4000] for text in texts]
            else:
                assert outcome.says

        fill()
        runner.run(office.app.close())
