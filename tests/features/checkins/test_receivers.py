"""The receiver is sovereign: where a check-in of another organization is asked."""

from __future__ import annotations

from tests.conformance.house import RehearsalHouse
from tests.conformance.test_checkins import answer, card_in, close, open_checkin, plain
from tests.features.alerts.coalition import Member, connect


async def make_coordinator(house: RehearsalHouse, member: Member) -> None:
    """The moderator may speak for the coalition."""
    core = house.app.core
    async with core.db.write() as tx:
        person = await core.people.find(tx, house.platform, member.moderator)
        await core.spaces.grant(tx, person.id, "", "coordinator", core.clock.now())


async def test_who_wants_to_be_asked_first_is_asked_among_moderators(house: RehearsalHouse) -> None:
    """WORDS-AND-DEFAULTS: policy toward others."""
    opener = await connect(house, "Riverside Tenants")
    willing = await connect(house, "Northside Workers", policy="auto")
    asked = await connect(house, "Hill Neighbors", policy="hold")
    never = await connect(house, "Valley Library", policy="never")
    await open_checkin(house, opener, who="organizations")
    for member, channel, many in (
        (opener, "calls", 1), (willing, "calls", 1), (asked, "calls", 0), (asked, "desk", 1), (never, "calls", 0),
        (never, "desk", 0),
    ):  # fmt: skip
        assert len(await house.messages(member.space, channel)) == many, (member.organization.name, channel)


async def test_blocks_over_organizations_protect_everybody(house: RehearsalHouse) -> None:
    """b8: three organizations of two to four people are shown together, none by its name."""
    members = [await connect(house, name, policy="auto") for name in ("Riverside", "Northside", "Hillside")]
    await make_coordinator(house, members[0])
    code = await open_checkin(house, members[0], who="everybody")
    for member, said in zip(members, (("yes", "no"), ("yes", "no", "no"), ("yes", "yes", "no", "partly")), strict=True):
        for at, one in enumerate(said):
            person = await house.new_person(f"{member.organization.name} {at}")
            await answer(house, member, person, q1=one, quote="no")
    await close(house, members[0], code)
    for member in members:
        shown = plain((await card_in(house, member)).text)
        assert "Yes: " in shown or "it would tell what each one answered" in shown
        assert "people are in these numbers" in shown
        assert "Northside" not in shown
        assert "Hillside" not in shown
