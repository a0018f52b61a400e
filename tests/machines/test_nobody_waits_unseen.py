"""c9: the simulation of `python -m benchmarks newcomers`, in short."""

from __future__ import annotations

from benchmarks import newcomers


async def test_nobody_is_without_an_owner_or_a_visible_wait() -> None:
    """c9: with outages, restarts, forgetful greeters and an organization that leaves."""
    figures = await newcomers.run(newcomers=12, organizations=7, a_day=48)
    assert figures["newcomers"] == 12
    assert figures["moments_checked"] > 500
    assert figures["without_owner_or_wait"] == 0
    assert figures["late_escalations"] == 0
