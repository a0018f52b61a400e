"""The first reading is slow; it is done before anybody waits."""

from __future__ import annotations

from bot.when import warm_up


def test_warming_up_reads_a_date_in_each_language_at_any_time_of_year() -> None:
    """The phrases are read from a fixed day, so they never lie in the past."""
    warm_up()
