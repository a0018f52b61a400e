"""Calls to action: written once, posted in every space that takes them, answered by one press, corrected everywhere.

    draft -> sent -> withdrawn          one row; each correction is a version
    a copy's standing: own | auto | hold -> accepted | declined | lapsed; never, late and nowhere are not posted

`rules` decides, `texts` words a copy, `store` keeps; the handlers stand beside this file by subject.
"""

from __future__ import annotations

from dataclasses import replace

from bot.feature import Entry, Feature, Field, Kind, Level
from cogs.alerts import answers, ledger, receiving, rules, sending, writing
from cogs.alerts.copies import check_code, codes_here, own_codes

CODE = Field("code", limit=20, suggest=own_codes, check=check_code)
CODE_HERE = Field("code", limit=20, suggest=codes_here, check=check_code)
WHAT = Field("what", limit=rules.TITLE, check=writing.check_words)
ASK = Field("ask", Kind.TEXT, limit=rules.ASK, check=writing.check_words)
WHEN = Field("when", required=False, limit=120, check=writing.check_when)
WHERE = Field("where", required=False, limit=rules.PLACE, check=writing.check_words)
LINK = Field("link", required=False, limit=rules.LINK, check=writing.check_link)
CALL = (WHAT, ASK, WHEN, WHERE, LINK)

NOTES = Field("notes", Kind.TEXT, limit=rules.ACCESS, check=writing.check_words)
OTHER_WHAT = Field("other_what", limit=rules.TITLE, check=writing.check_words)
OTHER_ASK = Field("other_ask", Kind.TEXT, limit=rules.ASK, check=writing.check_words)
OTHER_ACCESS = Field("other_access", Kind.TEXT, False, limit=rules.ACCESS, check=writing.check_words)

CORRECTED = (WHAT, ASK, replace(WHEN, check=sending.check_when_again), WHERE, LINK)

LINE = Field("text", limit=rules.LINE, check=writing.check_words)
VALUE = Field("value", Kind.CHOICE, options=(*rules.TIMED, *rules.UNTIMED))
SURE = Field("sure", Kind.CHOICE, False, options=("yes",))
PAGE = Field("page", Kind.NUMBER, False)
HOW = Field("how", Kind.CHOICE, options=("look", "anyway", "retry"))

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
        Entry("discard", writing.discard, Level.SENDER, (CODE,), listed=False),
        Entry("send", sending.send, Level.SENDER, (CODE,), listed=False, records=("sent",)),
        Entry("answer", answers.answer, Level.ANYONE, (CODE_HERE, VALUE)),
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
        Entry("list", ledger.own_calls, Level.SENDER, default=True),
        Entry("accept", receiving.accept, Level.MODERATOR, (CODE_HERE,), listed=False, records=("accepted",)),
        Entry(
            "line", receiving.line, Level.MODERATOR, (CODE_HERE, LINE),
            form=True, fixed=1, listed=False, records=("accepted_with_line",),
        ),
        Entry("decline", receiving.decline, Level.MODERATOR, (CODE_HERE,), listed=False, records=("declined",)),
        Entry("why", receiving.why, Level.ANYONE, (CODE_HERE,), anywhere=False, listed=False),
    ),
    jobs={"lapse": sending.lapse, "tell": sending.tell, "tally": answers.tally},
    hooks={
        "erased": answers.erased, "merged": answers.merged, "kept": answers.kept, "policy": receiving.policy,
        "left": receiving.left, "purge": answers.purge,
    },
)  # fmt: skip
