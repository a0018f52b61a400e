"""What is played, in order: scenes of beats. The story of the page and `demo --script` are this one list.

A scene's sentence is `demo.scene.<name>` in the locales, a beat's `demo.beat.<name>`. An *aside* is played by the
script alone: it shows what the two minutes of the story have no time for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.demo.beats import answers, calls, checkins, leaving, newcomers, partners, second
from bot.demo.hands import Walk

Play = Callable[[Walk], Awaitable[None]]
Seat = tuple[str, str]  # who, in which room


@dataclass(frozen=True)
class Beat:
    """A step: its sentence is `demo.beat.<name>`."""

    name: str
    play: Play


@dataclass(frozen=True)
class Scene:
    """Steps that belong together, and the three people at whose screens one looks meanwhile."""

    name: str
    plays: tuple[Play, ...]
    seats: tuple[Seat, Seat, Seat] = (("Alma", "moderators"), ("Odell", "moderators"), ("Hilda", "calls"))
    then: tuple[Seat, Seat, Seat] | None = None  # at the end, if one looks elsewhere
    pace: float = 1.0  # how long one looks before each act; less where many do the same
    aside: bool = False

    @property
    def beats(self) -> list[Beat]:
        """Its steps by name."""
        return [Beat(one.__name__, one) for one in self.plays]


WHERE_CALLS_STAND = (("Alma", "calls"), ("Odell", "calls"), ("Hilda", "calls"))
SCENES = (
    Scene(
        "partners",
        (partners.opening, partners.letters, partners.first_partner, partners.second_partner, partners.directory),
        pace=0.7,
    ),
    Scene("written", (calls.wrong_date, calls.mended, calls.translated)),
    Scene(
        "decided",
        (calls.sent, calls.accepted, calls.gone_out, calls.accepted_with_a_line, calls.declined, calls.landed),
        then=(("Alma", "moderators"), ("Odell", "calls"), ("Hilda", "calls")),
    ),
    Scene("answered", (answers.answers, answers.one_press), WHERE_CALLS_STAND),
    Scene("same_people", (answers.twice, answers.one_person, answers.another_mind), aside=True),
    Scene("corrected", (answers.corrected,), WHERE_CALLS_STAND),
    Scene(
        "second_call",
        (
            calls.silence, second.stopped, second.outage, second.back_again, second.done, second.removed_by_them,
            second.half_written, second.taken_back, leaving.erased,
        ),
        aside=True,
    ),
    Scene(
        "welcomed",
        (newcomers.door, newcomers.consented, newcomers.welcomed),
        (("Alma", "moderators"), ("Odell", "calls"), ("Noa", "lounge")),
        then=(("Alma", "moderators"), ("Odell", "calls"), ("Noa", "direct")),
    ),
    Scene(
        "debrief",
        (checkins.asked, checkins.delegates, checkins.debrief),
        (("Alma", "lounge"), ("Odell", "moderators"), ("Hilda", "lounge")),
        pace=0.45,
    ),
    Scene("guide", (checkins.guide,), (("Alma", "moderators"), ("Odell", "moderators"), ("Hilda", "lounge"))),
    Scene("followed", (checkins.followed_up,), aside=True),
    Scene("left", (leaving.left,), (("Mara", "moderators"), ("Odell", "calls"), ("Hilda", "calls"))),
    Scene("returned", (leaving.came_back,), aside=True),
)  # fmt: skip
STORY = tuple(one for one in SCENES if not one.aside)
BEATS = [beat for scene in SCENES for beat in scene.beats]
