"""Pictures, each with the same in words: readable on a phone and in grey, in one language or in both.

matplotlib is imported when the first picture is drawn: by `bot.drawing`, never by the bot itself.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import Picture

WIDTH, BAR, HEAD = 6.0, 0.95, 1.5  # inches; 6 x 150 = 900 pixels, which a phone shows at its full width
DOTS = 150
FONT = 15  # points: about 3 mm on a phone
NAME = 34  # characters of a row's name
MOST = 12  # rows of one picture; the words below it have all


@dataclass(frozen=True)
class Row:
    """What was planned and what was done, by whom."""

    name: str
    planned: int
    done: int


def planned_and_done(title: str, rows: Sequence[Row], words: tuple[str, str], alt: str) -> Picture:
    """Two bars a row, with their numbers. `words`: what the bars are called; `alt`: the same in words.

    Light with hatching is planned, dark is done: grey shows both, and the number stands beside each.
    """
    figure = _blank(len(rows[:MOST]))
    axes = figure.add_axes((0.03, 0.02, 0.72, 1 - HEAD / figure.get_figheight()))
    for at, row in enumerate(rows[:MOST]):
        _pair(axes, at, row)
    axes.set_ylim(len(rows[:MOST]) - 0.45, -0.55)
    axes.set_xlim(0, max([1, *(max(one.planned, one.done) for one in rows)]))
    axes.axis("off")
    _head(figure, title, words)
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is a box here and stands in the words
        figure.savefig(out, format="png", dpi=DOTS, facecolor="white", metadata={"Software": None})
    return Picture("planned-and-done.png", alt, base64.b64encode(out.getvalue()).decode())


def _blank(rows: int) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEAD + BAR * rows))
    FigureCanvasAgg(figure)  # no window, no global state: two pictures may be drawn at once
    return figure


def _pair(axes: Any, at: int, row: Row) -> None:
    axes.text(0, at - 0.33, _short(row.name, NAME), fontsize=FONT, va="center", parse_math=False)
    looks = (
        (row.planned, -0.08, {"color": "#dddddd", "hatch": "//", "edgecolor": "#333333"}),
        (row.done, 0.22, {"color": "#222222", "edgecolor": "#222222"}),
    )
    for value, below, look in looks:
        axes.barh(at + below, value, height=0.26, linewidth=1, **_bar(look))
        axes.text(value, at + below, f" {value:,}", fontsize=FONT, va="center", clip_on=False)


def _bar(look: dict[str, str]) -> dict[str, str]:
    return {"facecolor": look["color"], **{key: value for key, value in look.items() if key != "color"}}


def _head(figure: Any, title: str, words: tuple[str, str]) -> None:
    height = figure.get_figheight()
    figure.text(
        0.03, 1 - 0.4 / height, _short(title, 42), fontsize=FONT + 2, weight="bold", va="center", parse_math=False
    )
    figure.text(0.03, 1 - 0.8 / height, f"▨ {words[0]}", fontsize=FONT, va="center", parse_math=False)
    figure.text(0.03, 1 - 1.15 / height, f"■ {words[1]}", fontsize=FONT, va="center", parse_math=False)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
