"""Which of an organization's decisions binds a call: pure, so that it can be tried with any set of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HOLD = 6  # waking hours in which a receiver can answer, unless it chose others
MOST_HOURS = 24  # waking hours: two days; a call is useful for three
ELECTORAL = "electoral"
# A topic says what a call is about, never who somebody is. "" is a call without one.
TOPICS = ("housing", "workplace", "schools", "food", "immigration", "climate", ELECTORAL)
MODES = ("auto", "hold", "never")  # from the most willing to the strictest
OFFER_AFTER = 3  # acceptances of one sender, after which *at once* is offered, once (WORDS-AND-DEFAULTS)


@dataclass(frozen=True)
class Policy:
    """What happens to a call. `hours`: waking hours to answer in; `posts`: whether silence means posted."""

    mode: str
    hours: int = HOLD
    posts: bool = False


@dataclass(frozen=True)
class Decision:
    """One row: for one sender, or "" for all; for one topic, or "" for all."""

    sender: str
    topic: str
    policy: Policy


def resolve(usual: str, kind: str, decisions: Iterable[Decision], sender: str, topic: str) -> Policy:
    """The policy of an organization toward one call; `usual` is its policy toward all others, `kind` what it is.

    A decision for this sender and this topic binds before one for either alone; where one for the sender and one for
    the topic differ, the stricter binds. Electoral calls are bound only by decisions that name that topic; without one
    they go to nobody's nonprofit and are asked about first elsewhere (a label, not legal advice).
    """
    fitting = [one for one in decisions if one.sender in ("", sender) and one.topic in ("", topic)]
    if topic == ELECTORAL:
        fitting = [one for one in fitting if one.topic == ELECTORAL]
    exact = [one.policy for one in fitting if one.sender and one.topic]
    if exact:
        return exact[0]
    if fitting:
        return max((one.policy for one in fitting), key=lambda one: MODES.index(one.mode))
    if topic == ELECTORAL:
        return Policy("never" if kind == "nonprofit" or usual == "never" else "hold")
    return Policy(usual)
