"""Calls to action: written once, posted in every space that takes them, answered by one press, corrected everywhere.

    draft -> planned -> sent -> withdrawn          one row; each correction is a version
    a copy's standing: own | auto | hold -> accepted | declined | lapsed; never, late and nowhere are not posted

`rules` decides, `texts` words a copy, `store` keeps; the handlers stand beside this file by subject.
"""

from __future__ import annotations

from dataclasses import replace

from bot.feature import Entry, Feature, Field, Kind, Level
from cogs.alerts import answers, ledger, receiving, rules, sending, writing
from cogs.alerts.approving import ahead, stopping
from cogs.alerts.copies import check_code, codes_here, own_codes
from cogs.alerts.going import afterwards, places, reminding
from cogs.alerts.going.afterwards import attendance
from cogs.alerts.landing import joining, outcome, progress
from cogs.alerts.mentioning import choosing
from cogs.alerts.policies import asking, deciding
from cogs.alerts.policies.rules import MODES, TOPICS
from cogs.alerts.practicing import showing
from cogs.alerts.timing import later

CODE = Field("code", limit=20, suggest=own_codes, check=check_code)
CODE_HERE = Field("code", limit=20, suggest=codes_here, check=check_code)
WHAT = Field("what", limit=rules.TITLE, check=writing.check_words)
ASK = Field("ask", Kind.TEXT, limit=rules.ASK, check=writing.check_words)
WHEN = Field("when", required=False, limit=120, check=writing.check_when)
WHERE = Field("where", required=False, limit=rules.PLACE, check=writing.check_words)
LINK = Field("link", required=False, limit=rules.LINK, check=writing.check_link)
PLANNED = Field("code", limit=20, check=check_code)
CALL = (WHAT, ASK, WHEN, WHERE, LINK)

NOTES = Field("notes", Kind.TEXT, limit=rules.ACCESS, check=writing.check_words)
OTHER_WHAT = Field("other_what", limit=rules.TITLE, check=writing.check_words)
OTHER_ASK = Field("other_ask", Kind.TEXT, limit=rules.ASK, check=writing.check_words)
OTHER_ACCESS = Field("other_access", Kind.TEXT, False, limit=rules.ACCESS, check=writing.check_words)

PLACES = Field("number", Kind.NUMBER, False, limit=6, check=places.check_number)

LEAVES = Field("when", limit=120, check=later.check_when)
WHOSE = Field("whose", Kind.CHOICE, options=("same", "each"))
NIGHT = Field("night", Kind.CHOICE, False, options=("soft", "morning"))

SAID_WENT = Field("said", Kind.CHOICE, options=tuple(afterwards.SAID))

CORRECTED = (WHAT, ASK, replace(WHEN, check=sending.check_when_again), WHERE, LINK)

READ = Field("read", required=False, limit=16, carried=True)
LINE = Field("text", limit=rules.LINE, check=writing.check_words)
VALUE = Field("value", Kind.CHOICE, options=(*rules.TIMED, *rules.UNTIMED))
SURE = Field("sure", Kind.CHOICE, False, options=("yes",))
PAGE = Field("page", Kind.NUMBER, False)
HOW = Field("how", Kind.CHOICE, options=("look", "anyway", "retry"))

TOPIC = Field("topic", Kind.CHOICE, options=(*TOPICS, "none"))
FROM = Field("sender", required=False, limit=120, suggest=deciding.senders, check=deciding.check_sender)
ROLE = Field("role", Kind.CHOICE, options=choosing.roles)
TRUSTED = replace(FROM, key="organization", required=True)
ABOUT = Field("topic", Kind.CHOICE, False, options=(deciding.ALL, *TOPICS))
TOPIC_ROOM = (Field("topic", Kind.CHOICE, options=TOPICS), Field("room", Kind.ROOM))
MODE = Field("mode", Kind.CHOICE, options=(*MODES, deciding.USUAL))
HOURS = Field("hours", Kind.NUMBER, False, limit=2, check=deciding.check_hours)
SILENCE = Field("silence", Kind.CHOICE, False, options=("no", "yes"))
SAID = Field("text", Kind.TEXT, limit=rules.LINE, check=writing.check_words)
WHOM = Field("organization", limit=20)

__all__ = ["attendance", "feature"]

feature = Feature(
    "alerts",
    entries=(
        Entry("new", writing.new, Level.SENDER, CALL, form=True),
        Entry("preview", writing.preview, Level.SENDER, (CODE,), listed=False),
        Entry(
            "change", writing.change, Level.SENDER, (CODE, *CALL),
            form=True, fixed=1, prefill=writing.known, listed=False,
        ),
        Entry(
            "access", writing.access, Level.SENDER, (CODE, NOTES),
            form=True, fixed=1, prefill=writing.known, listed=False, records=("corrected",),
        ),
        Entry(
            "translate", writing.translate, Level.SENDER, (CODE, OTHER_WHAT, OTHER_ASK, OTHER_ACCESS),
            form=True, fixed=1, prefill=writing.known, listed=False, records=("corrected",),
        ),
        Entry("topic", writing.topic, Level.SENDER, (CODE, TOPIC), listed=False),
        Entry(
            "places", writing.places, Level.SENDER, (CODE, PLACES),
            form=True, fixed=1, prefill=places.known, records=("corrected",),
        ),
        Entry(
            "later", later.later, Level.SENDER, (CODE, LEAVES, WHOSE, NIGHT),
            form=True, fixed=1, prefill=later.known, records=("planned",),
        ),
        Entry("discard", writing.discard, Level.SENDER, (CODE,), listed=False),
        Entry(
            "practice", showing.practice, Level.SENDER, (CODE,),
            listed=False, group="incoming", records=("practiced",),
        ),
        Entry("send", sending.send, Level.SENDER, (CODE,), listed=False, records=("sent",)),
        Entry("answer", answers.answer, Level.ANYONE, (CODE_HERE, VALUE)),
        Entry("remind", reminding.remind, Level.ANYONE, (CODE_HERE,)),
        Entry("went", afterwards.went, Level.ANYONE, (CODE_HERE, SAID_WENT), listed=False),
        Entry("where", ledger.where, Level.SENDER, (CODE, PAGE)),
        Entry(
            "again", ledger.again, Level.SENDER, (CODE, HOW), listed=False,
            records=("again_look", "again_anyway", "again_retry"),
        ),
        Entry(
            "correct", sending.correct, Level.SENDER, (CODE, *CORRECTED),
            form=True, fixed=1, prefill=writing.known, records=("corrected",),
        ),
        Entry("takeback", sending.takeback, Level.SENDER, (CODE, SURE), records=("taken_back",)),
        Entry("outcome", outcome.outcome, Level.MODERATOR, (CODE_HERE,)),
        Entry("list", ledger.own_calls, Level.SENDER, default=True),
        Entry(
            "accept", receiving.accept, Level.MODERATOR, (CODE_HERE, READ), listed=False,
            records=("accepted", "second"),
        ),
        Entry(
            "line", receiving.line, Level.MODERATOR, (CODE_HERE, READ, LINE),
            form=True, fixed=2, listed=False, records=("accepted_with_line", "second"),
        ),
        Entry(
            "halt", stopping.halt, Level.MODERATOR, (CODE_HERE,),
            listed=False, group="incoming", records=("halted",),
        ),
        Entry(
            "propose", stopping.propose, Level.SENDER, (CODE,),
            listed=False, group="incoming", records=("proposed",),
        ),
        Entry(
            "agree", ahead.agree, Level.MODERATOR, (PLANNED, READ),
            listed=False, group="incoming", records=("second",),
        ),
        Entry("decline", receiving.decline, Level.MODERATOR, (CODE_HERE,), listed=False, records=("declined",)),
        Entry(
            "takedown", receiving.takedown, Level.MODERATOR, (CODE_HERE, SURE),
            group="incoming", records=("taken_down",),
        ),
        Entry("why", receiving.why, Level.ANYONE, (CODE_HERE,), anywhere=False, listed=False),
        Entry("verify", receiving.verify, Level.ANYONE, (CODE_HERE,)),
        Entry(
            "receive", deciding.receive, Level.MODERATOR, (FROM, ABOUT, MODE, HOURS, SILENCE),
            form=True, anywhere=False, group="incoming", records=deciding.ACTS,
        ),
        Entry(
            "mention", choosing.mention, Level.MODERATOR, (ROLE, FROM, ABOUT),
            form=True, anywhere=False, group="incoming", records=choosing.ACTS,
        ),
        Entry("decisions", deciding.decisions, Level.MODERATOR, anywhere=False, group="incoming"),
        Entry(
            "room", deciding.choose_room, Level.MODERATOR, TOPIC_ROOM,
            anywhere=False, group="incoming", records=("room",),
        ),
        Entry(
            "trust", deciding.trust, Level.MODERATOR, (TRUSTED,),
            listed=False, group="incoming", records=("rule_auto",),
        ),
        Entry(
            "question", asking.question, Level.MODERATOR, (CODE_HERE, SAID),
            form=True, fixed=1, listed=False, group="incoming", records=("asked",),
        ),
        Entry(
            "reply", asking.reply, Level.MODERATOR, (CODE, WHOM, SAID),
            form=True, fixed=2, listed=False, group="incoming", records=("answered",),
        ),
        Entry(
            "because", asking.because, Level.MODERATOR, (CODE_HERE, SAID),
            form=True, fixed=1, listed=False, group="incoming", records=("reason",),
        ),
    ),
    jobs={
        "lapse": sending.lapse, "tell": sending.tell, "tally": answers.tally, "fill": places.fill, "leave": later.leave,
        "remind": reminding.send_due, "move": reminding.move, "ask": afterwards.ask, "thank": afterwards.thank,
        "unsaid": stopping.unsaid, "watch": progress.go_on, "reach": progress.reached, "join": joining.join,
    },
    before={"watch": progress.look_sent, "reach": progress.look_reached},
    hooks={
        "erased": answers.erased, "merged": answers.merged, "kept": answers.kept, "policy": receiving.policy,
        "channels": joining.channels,
        "left": receiving.left, "purge": answers.purge,
    },
)  # fmt: skip
