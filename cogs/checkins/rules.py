"""What may be shown of a check-in: blocks of people, rounding, what agrees and what differs. Plain values only.

An answer of one person is never a figure. Figures of a members' check-in stand for blocks that hold against
subtraction (SECURITY 6.3); every question covers the same people, because "no answer" is an option like the others,
so no two figures differ by a few.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

K = 5  # people behind every published figure
FLOOR = 3  # no setting may go below
NO_ANSWER = "none"
AGREE, SPLIT = 2 / 3, 1 / 2  # the stated rule of "we agree" and "we differ"
QUOTED = 5  # released texts shown under one question
FEW = 12  # so many answers or fewer get a sentence of care
COUNTED = ("choice", "scale")
ANSWERS_KEPT = timedelta(days=60)
CHECKINS_KEPT = timedelta(days=365)
DAYS, MOST_DAYS = 3, 30
TITLE, OUTCOME, PROMISE, NAME, WORDS, REASON = 120, 600, 200, 60, 500, 200

Draw = Callable[[str], int]  # a fixed number for a cell, from a keyed hash
Known = Mapping[str, Counter[str]]  # question -> value -> people: what an organization knows of its own; {} nothing


@dataclass(frozen=True)
class Asked:
    """What the figures need to know of a question: its key, its kind, the values it can have."""

    key: str
    kind: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """What one person answered, through which organization, and whether their words may be quoted."""

    organization: str
    answers: Mapping[str, str]
    quote: bool = False


@dataclass(frozen=True)
class Figure:
    """One question in one block. None: not shown (all alike, or one person is most of the sum)."""

    counts: dict[str, int] | None = None
    total: int | None = None


@dataclass(frozen=True)
class Block:
    """People who are counted together. `n` is rounded; `figures` by question."""

    organizations: tuple[str, ...]
    n: int
    figures: dict[str, Figure]


@dataclass(frozen=True)
class Words:
    """Something written that its author released; `organization` only where that was said before the question."""

    question: str
    text: str
    organization: str = ""


@dataclass(frozen=True)
class Debrief:
    """What is published, once. Without blocks: not enough answers, and nothing else."""

    blocks: tuple[Block, ...] = ()
    words: tuple[Words, ...] = ()
    opinions: dict[str, str] = field(default_factory=dict)  # question -> agree | differ

    @property
    def n(self) -> int:
        """The sum of what is published, so it tells nothing more."""
        return sum(one.n for one in self.blocks)

    def counts(self, key: str) -> dict[str, int]:
        """A counted question over all blocks that show it."""
        return dict(sum((Counter(c) for c in self._counts(key)), Counter()))

    def _counts(self, key: str) -> Iterator[dict[str, int]]:
        for block in self.blocks:
            shown = block.figures[key].counts
            if shown is not None:
                yield {value: n for value, n in shown.items() if n}

    def total(self, key: str) -> int | None:
        """A number over all blocks that show it."""
        shown = [one.figures[key].total for one in self.blocks]
        known = [one for one in shown if one is not None]
        return sum(known) if known else None

    def to_json(self) -> str:
        """The debrief as it is frozen."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Debrief:
        """A frozen debrief."""
        raw: dict[str, Any] = json.loads(text)
        return cls(
            tuple(_block(one) for one in raw["blocks"]), tuple(Words(**one) for one in raw["words"]), raw["opinions"]
        )


def _block(raw: Mapping[str, Any]) -> Block:
    figures = {key: Figure(**one) for key, one in raw["figures"].items()}
    return Block(tuple(raw["organizations"]), raw["n"], figures)


# -- blocks ---------------------------------------------------------------------------------------------------------


def partition(counts: Mapping[str, int], k: int = K) -> list[tuple[str, ...]]:
    """Organizations that are counted together, by how many of each answered; who is in none is not published.

    Organizations with k people stand alone. The others merge and take in the smallest large one until the block holds:
    at least k people remain after taking away any one of its organizations (SECURITY 6.3).
    """
    present = {name: n for name, n in counts.items() if n > 0}
    if sum(present.values()) < k:
        return []
    large = sorted((name for name, n in present.items() if n >= k), key=lambda name: (present[name], name))
    merged, alone = sorted(name for name, n in present.items() if n < k), list(large)
    while merged and alone and not holds([present[name] for name in merged], k):
        merged.append(alone.pop(0))
    if not holds([present[name] for name in merged], k):
        return [(name,) for name in large]
    return [*((name,) for name in alone), tuple(sorted(merged))]


def holds(sizes: Sequence[int], k: int = K) -> bool:
    """Whether at least k remain whichever organization subtracts its own people."""
    return len(sizes) >= 2 and sum(sizes) - max(sizes) >= k


def rounded(n: int, number: int) -> int:
    """To a multiple of 3, up or down at random so that the mean is kept; the same number gives the same result."""
    rest = n % 3
    return n - rest + (3 if number % 3 < rest else 0)


# -- the debrief ----------------------------------------------------------------------------------------------------


class Count:
    """Answers added up as they are read: what is kept grows with the organizations, not with the people."""

    def __init__(self, questions: Sequence[Asked], draw: Draw) -> None:
        self.questions, self.draw = questions, draw
        self.people: Counter[str] = Counter()  # by organization
        self._said: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)  # organization, question -> value
        self._words: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)

    def add(self, one: Given) -> None:
        """One person more."""
        home = one.organization
        self.people[home] += 1
        for asked in self.questions:
            if asked.kind != "text":
                self._said[home, asked.key][answer_of(one, asked.key)] += 1
        for words in _released([one], self.questions):
            drawn = self._words[home, words.question]
            drawn.append((self.draw(f"words|{words.question}|{words.text}"), words.text))
            if len(drawn) > 10 * QUOTED:
                drawn[:] = sorted(drawn)[:QUOTED]

    def said(self, home: str, key: str) -> Counter[str]:
        """How many people of an organization said what."""
        return self._said[home, key]

    def debrief(self, k: int = K) -> Debrief:
        """Blocks, rounded; no figure where it would tell what each one said."""
        k = max(k, FLOOR)
        parts = partition(self.people, k)
        blocks = tuple(_block_of(part, self, k) for part in parts)
        inside = {name for part in parts for name in part}
        return Debrief(blocks, tuple(self._quoted(inside)), _opinions(blocks, self.questions))

    def _quoted(self, inside: Collection[str]) -> Iterator[Words]:
        """Released words without names: drawn, so that they stand in no order of people."""
        for asked in self.questions:
            lists = [self._words.get((home, asked.key), []) for home in inside]
            drawn = sorted(one for some in lists for one in some)
            yield from (Words(asked.key, text) for _, text in drawn[:QUOTED])


def of_members(given: Iterable[Given], questions: Sequence[Asked], draw: Draw, k: int = K) -> Debrief:
    """The debrief of a members' check-in."""
    count = Count(questions, draw)
    for one in given:
        count.add(one)
    return count.debrief(k)


def _block_of(part: tuple[str, ...], count: Count, k: int) -> Block:
    name, draw = "+".join(part), count.draw
    n = rounded(sum(count.people[home] for home in part), draw(f"{name}|n"))
    said = {one.key: [count.said(home, one.key) for home in part] for one in count.questions}
    figures = {one.key: _figure(one, said[one.key], name, draw) for one in count.questions}
    views: list[Known] = [{}]
    if len(part) > 1:
        views += [{key: homes[at] for key, homes in said.items()} for at in range(len(part))]
    while key := next((found for known in views if (found := told(figures, n, known, k))), ""):
        figures[key] = Figure()
    return Block(part, n, figures)


def told(figures: Mapping[str, Figure], n: int, known: Known, k: int) -> str:
    """The question of which somebody who knows of `known` people can work out exactly what 1 to k - 1 others said.

    Rounding moves a count by at most 2, but the counts of all questions have one sum: together they can give one away.
    """
    spans = {
        key: {value: _span(shown, known[key][value] if known else 0) for value, shown in counts.items()}
        for key, counts in ((key, one.counts) for key, one in figures.items())
        if counts is not None
    }
    low = max([n - 2, *(sum(one.low for one in cells.values()) for cells in spans.values())])
    high = min([n + 2, *(sum(one.high for one in cells.values()) for cells in spans.values())])
    for key, cells in spans.items():
        lows, highs = (sum(one.low for one in cells.values()), sum(one.high for one in cells.values()))
        for one in cells.values():
            least, most = max(one.low, low - highs + one.high), min(one.high, high - lows + one.low)
            if least == most and 0 < least - one.known < k:
                return key
    return ""


@dataclass(frozen=True)
class _Span:
    """What a rounded count can have been, for somebody who knows of `known` people in it."""

    low: int
    high: int
    known: int


def _span(shown: int, known: int) -> _Span:
    return _Span(max(shown - 2, known, 0), shown + 2, known)


def _figure(question: Asked, homes: Sequence[Counter[str]], block: str, draw: Draw) -> Figure:
    if not is_mixed(homes):
        return Figure()
    if question.kind == "number":
        return Figure(total=sum_of(homes))
    count = sum(homes, Counter())
    cells = (*question.options, NO_ANSWER)
    return Figure({value: rounded(count[value], draw(f"{block}|{question.key}|{value}")) for value in cells})


def answer_of(one: Given, key: str) -> str:
    """What somebody answered, "none" included."""
    return one.answers.get(key, "") or NO_ANSWER


def is_mixed(homes: Sequence[Counter[str]]) -> bool:
    """False when everybody answered alike, also as seen by one organization of the block: a figure would tell it.

    `homes`: for each organization how many people said what.
    """
    held = Counter(value for home in homes for value in home)
    if len(homes) < 2:
        return len(held) > 1
    return all(len(held) - sum(held[value] == 1 for value in home) > 1 for home in homes)


def sum_of(homes: Sequence[Counter[str]]) -> int | None:
    """The sum, unless one person is above half of it, also as seen by one organization of the block."""
    totals = [sum(int(value) * n for value, n in home.items() if value != NO_ANSWER) for home in homes]
    tops = [max((int(value) for value in home if value != NO_ANSWER), default=-1) for home in homes]
    together, first = sum(totals), max(tops)
    second = sorted(tops)[-2] if len(tops) > 1 else first
    seen = [(together, first)]
    if len(homes) > 1:
        seen += [(together - n, second if top == first else first) for n, top in zip(totals, tops, strict=True)]
    return together if all(0 <= 2 * top <= total for total, top in seen) else None


def of_organizations(given: Sequence[Given], questions: Sequence[Asked]) -> Debrief:
    """The debrief at a table: each organization under its name, as was said before the first question."""
    blocks = tuple(
        Block((one.organization,), 1, {asked.key: _own(asked, one) for asked in questions})
        for one in sorted(given, key=lambda one: one.organization)
    )
    together = [sum((Counter(_own(asked, one).counts or {}) for one in given), Counter()) for asked in questions]
    opinions = {asked.key: opinion([dict(c)]) for asked, c in zip(questions, together, strict=True)}
    words = tuple(_released(given, questions))
    return Debrief(blocks, words, {key: found for key, found in opinions.items() if found})


def _own(question: Asked, one: Given) -> Figure:
    if question.kind in COUNTED:
        return Figure(counts={answer_of(one, question.key): 1})
    if question.kind == "number" and one.answers.get(question.key):
        return Figure(total=int(one.answers[question.key]))
    return Figure()


def _released(given: Sequence[Given], questions: Sequence[Asked]) -> Iterator[Words]:
    for question in questions:
        for one in given:
            if question.kind == "text" and one.quote and one.answers.get(question.key):
                yield Words(question.key, one.answers[question.key], one.organization)


def _opinions(blocks: Sequence[Block], questions: Sequence[Asked]) -> dict[str, str]:
    found = {}
    for one in questions:
        shown = [block.figures[one.key].counts for block in blocks]
        found[one.key] = opinion([counts for counts in shown if counts is not None])
    return {key: said for key, said in found.items() if said}


def opinion(blocks: Sequence[Mapping[str, int]]) -> str:
    """agree: two thirds in every block say the same. differ: blocks have different first answers, or nothing has more
    than half. Else "". Those who did not answer are left out."""
    tops = [top for top in (_top(counts) for counts in blocks) if top]
    if not tops:
        return ""
    if len({value for value, _ in tops}) > 1:
        return "differ"
    if all(share >= AGREE for _, share in tops):
        return "agree"
    together = _top(dict(sum((Counter(counts) for counts in blocks), Counter())))
    return "differ" if together and together[1] <= SPLIT else ""


def _top(counts: Mapping[str, int]) -> tuple[str, float] | None:
    said = {value: n for value, n in counts.items() if value != NO_ANSWER and n}
    if not said:
        return None
    best = max(sorted(said), key=lambda value: said[value])
    return best, said[best] / sum(said.values())
