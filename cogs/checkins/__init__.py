"""Check-ins: a few questions, answered in private, closed into a debrief that exposes nobody, and what follows from it.

    open -> closed (the debrief is frozen) -> settled (an outcome was written) -> the next cycle of the series

`rules` decides what may be shown, `questions` reads them, `store` keeps; handlers stand beside this file by subject.
"""

from __future__ import annotations

from bot.feature import Entry, Feature, Field, Kind, Level
from cogs.checkins import answering, closing, following, opening, questions, rules
from cogs.checkins.cycles import check_code, check_words

CODE = Field("code", limit=20, check=check_code)
WHO = Field("who", Kind.CHOICE, options=("organizations", "members", "everybody"))
TITLE = Field("subject", limit=rules.TITLE, check=check_words)
TEMPLATE = Field("template", Kind.CHOICE, options=questions.TEMPLATES)
QUESTIONS = Field("questions", Kind.TEXT, required=False, limit=600, check=check_words)
DAYS = Field("days", required=False, limit=4, check=opening.check_days)

STATEMENT = Field("statement", Kind.TEXT, limit=rules.OUTCOME, check=check_words)
REVIEW = Field("review", limit=120, check=following.check_when)
WHAT = Field("what", limit=rules.PROMISE, check=check_words)
NAME = Field("name", limit=rules.NAME, check=check_words)
DUE = Field("due", limit=120, check=following.check_when)
REASON = Field("reason", limit=rules.REASON, check=check_words)

feature = Feature(
    "checkins",
    entries=(
        Entry(
            "open", opening.open_first, Level.SENDER, (WHO, TITLE, TEMPLATE, QUESTIONS, DAYS),
            form=True, records=("opened",),
        ),
        Entry("next", opening.open_next, Level.SENDER, (CODE,), records=("opened",)),
        Entry(
            "answer", answering.answer, Level.ANYONE, (CODE,),
            form=True, fixed=1, more=answering.asked, prefill=answering.known, anywhere=False,
        ),
        Entry("close", closing.close, Level.SENDER, (CODE,), records=("closed", "debrief")),
        Entry("guide", following.guide, Level.SENDER, (CODE,)),
        Entry(
            "outcome", following.outcome, Level.SENDER, (CODE, STATEMENT, REVIEW),
            form=True, fixed=1, prefill=following.concludes, records=("outcome",),
        ),
        Entry(
            "commit", following.commit, Level.SENDER, (CODE, WHAT, NAME, DUE),
            form=True, fixed=1, prefill=following.promises,
        ),
        Entry("done", following.done, Level.SENDER, (CODE,)),
        Entry("drop", following.drop, Level.SENDER, (CODE, REASON), form=True, fixed=1, prefill=following.drops),
        Entry("list", following.own_cycles, Level.SENDER, default=True),
    ),
    jobs={"close": closing.close_due, "post": closing.post_due},
    before={"close": closing.count_due},
    hooks={
        "erased": answering.erased, "merged": answering.merged, "kept": answering.kept, "left": answering.left,
        "purge": answering.purge,
    },
)  # fmt: skip
