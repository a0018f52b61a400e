"""Consent (SECURITY 6.1): the exact package shown, shared in one transaction with its proof, never read without it."""

from __future__ import annotations

from typing import Any

from bot.feature import Call, Card, Choice, Md, Organization, UserError, new_id
from cogs.welcome import cases
from cogs.welcome.cases import Case
from cogs.welcome.directory.store import profile_of
from cogs.welcome.handoff import cards, rules, store, timing
from cogs.welcome.handoff.store import COLUMN, TABLE, Handoff
from cogs.welcome.handoff.texts import about, field_names, joined, shared_lines
from cogs.welcome.rules import UNTAKEN_KEPT

SHORT = 12  # digits of the text's hash that a button carries: which text its presser has read


# -- the card -------------------------------------------------------------------------------------------------------


async def offer(call: Call, case: Case, organization: Organization, ticked: tuple[str, ...] = ()) -> None:
    """Says the consent card: the exact package, who will see it, how long it lives, *Share with X*."""
    text = consent_text(call, case, organization, ticked)
    seen = rules.digest(text)[:SHORT]
    args = (case.code, organization.code)
    share = call.choice(
        "share_button", "share", *args, ",".join(ticked), seen, mine=True, weight="main", name=organization.name
    )
    call.say(Card(text, (share, *_toggles(call, case, args, ticked)), call.language))


def consent_text(call: Call, case: Case, organization: Organization, ticked: tuple[str, ...]) -> Md:
    """The full text of the card: the same for the same case, organization, fields and language."""
    words, name = call.words, organization.name
    package = rules.package(case.given, ticked)
    kept_back = [key for key in _answered(case) if key not in package]
    return joined(
        words("consent.title", organization=name),
        shared_lines(words, package),
        words("consent.kept_back", fields=field_names(words, kept_back)) if kept_back else "",
        words("consent.who", organization=name, fields=field_names(words, rules.seen_by_all(package))),
        words("consent.long"),
        words("consent.undo", organization=name),
    )


def _answered(case: Case) -> list[str]:
    return list(rules.package(case.given, rules.TICKED))[len(rules.package(case.given, ())) :]


def _toggles(call: Call, case: Case, args: tuple[str, str], ticked: tuple[str, ...]) -> list[Choice]:
    """A button for each answer that is not shared unless the person wants it."""
    choices = []
    for key in _answered(case):
        wanted = set(ticked) ^ {key}
        label = f"drop_{key}" if key in ticked else f"add_{key}"
        choices.append(call.choice(label, "share", *args, ",".join(rules.ticks(",".join(wanted))), mine=True))
    return choices


# -- sharing --------------------------------------------------------------------------------------------------------


async def share(call: Call, code: str, organization: str, fields: str = "", seen: str = "") -> None:
    """*Share with X*: consent and package in one transaction. Whoever did not read exactly this text reads it now."""
    case = await cases.own(call, code)
    home, ticked = await call.spaces.by_code(call.tx, organization), rules.ticks(fields)
    await check_open(call, home)
    newest = await store.newest_of_case(call.tx, case.id)
    if newest is not None and newest.is_open:
        raise UserError("already_shared", request=code)
    text = consent_text(call, case, home, ticked)
    if seen != rules.digest(text)[:SHORT]:
        if seen:
            call.say("consent.changed")
        await offer(call, case, home, ticked)
        return
    handoff = await _give(call, case, home, ticked, text)
    buttons = (("undo_button", "undo"), ("request_button", "request"))
    call.say(await about(call, handoff, call.language, "shared_now", *buttons))


async def check_open(call: Call, home: Organization) -> None:
    """UserError where an organization takes nobody now."""
    profile = await profile_of(call.tx, home.id)
    if home.state != "connected" or profile is None or not profile.open:
        raise UserError("closed_now", name=home.name)


async def _give(call: Call, case: Case, home: Organization, ticked: tuple[str, ...], text: Md) -> Handoff:
    package = rules.package(case.given, ticked)
    consent = await _prove(call, home, tuple(package), text)
    row = new_id()
    sealed = await call.seal(call.person.id, home.id, rules.pack(package), TABLE, row, COLUMN)
    handoff = await store.add(
        call.tx, id=row, code=case.code, case=case.id, organization=home.id, person=call.person.id, consent=consent,
        value=sealed, until_at=rules.deadline(call.now, home.zone), offered_at=call.now,
        keep_until_at=call.now + UNTAKEN_KEPT,
    )  # fmt: skip
    await cases.change(call, case, state="placed", keep_until_at=call.now + rules.CONSENT_LIFE)
    await store.count(call.tx, home.id, "offered", call.now)
    await cards.put_before(call, handoff, home)
    await timing.plan(call, handoff, home)
    return handoff


async def _prove(call: Call, home: Organization, fields: tuple[str, ...], text: Md) -> str:
    assert call.act is not None
    row: dict[str, Any] = {
        "id": new_id(), "person": call.person.id, "organization": home.id, "purpose": rules.PURPOSE,
        "fields": ",".join(fields), "text_version": rules.TEXT_VERSION, "text_sha256": rules.digest(text),
        "language": call.language, "given_at": call.now, "given_via": f"{call.act.platform}:{call.act.event}",
        "expires_at": call.now + rules.CONSENT_LIFE,
    }  # fmt: skip
    await store.add_consent(call.tx, **row, proof=proof_of(call.people.keyring, row))
    return str(row["id"])


# -- the proof ------------------------------------------------------------------------------------------------------


def proof_of(keyring: Any, row: dict[str, Any]) -> str:
    """The keyed hash over a consent: who holds only the database cannot make or change one."""
    return str(keyring.index("consent", rules.consent_line(row)))


def export(row: Any) -> dict[str, Any]:
    """A consent as a record for whoever must prove the direction; `holds` says whether it is genuine."""
    return {key: value for key, value in vars(row).items() if key != "seq"}


def holds(keyring: Any, record: dict[str, Any]) -> bool:
    """Whether an exported consent is one that this bot recorded, unchanged."""
    return bool(proof_of(keyring, record) == record["proof"])
