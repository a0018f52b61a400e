"""Times as people write them ("Sat 5pm", "mañana a las 9"), and as we show them back: weekday, date and zone.

Both languages are always understood. What had to be guessed is marked (`When.guessed`) and always shown back.
"""

from bot.when.reading import parse_when, warm_up
from bot.when.show import show_when, show_when_short, show_zone, time_markdown
from bot.when.value import When, WhenRefused
from bot.when.zones import is_zone, zone_of_state

__all__ = [
    "When",
    "WhenRefused",
    "is_zone",
    "parse_when",
    "show_when",
    "show_when_short",
    "show_zone",
    "time_markdown",
    "warm_up",
    "zone_of_state",
]
