"""The weekly seal and `/audit` in the words that every platform understands."""

from __future__ import annotations

from datetime import timedelta

from bot.audit import key_of
from bot.witness import Verifier, read_heads
from cogs.auditing import store
from tests.conformance.house import House
from tests.features.alerts.coalition import connect, send
from tests.features.orgs.office import plain


async def test_the_seal_in_the_log_is_read_back_by_verify(house: House) -> None:
    """h2: posted once on every platform, and what people copy from there verifies the chain."""
    member = await connect(house, "Riverside Tenants", language="both")
    code = await send(house, member)
    seen = await house.command(member.moderator, member.space, "desk", "audit ours")
    assert f"Call to action sent · {code} · person " in plain(seen.text)
    core = house.app.core
    async with core.db.write() as tx:
        await store.plan(tx, core.clock.now() - timedelta(days=7))
    await house.settle()
    await house.settle()
    [posted] = [one for one in await house.messages(member.space, "desk") if read_heads(one.text)]
    heads = read_heads(posted.text)
    assert len(set(heads)) == 1
    assert "Leave this line standing" in posted.text
    assert "Deja esta línea" in posted.text
    async with core.db.read() as tx:
        report = await Verifier(key_of(core.keyring), heads).run(tx)
    assert (report.findings, report.compared) == ([], 2)
