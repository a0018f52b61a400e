"""The states as people write them, in both languages."""

from __future__ import annotations

from bot.feature import fold

# Two letters, English, Spanish. Military ZIP codes (AA, AE, AP) lie in none.
NAMES = """
AL Alabama|Alabama
AK Alaska|Alaska
AZ Arizona|Arizona
AR Arkansas|Arkansas
CA California|California
CO Colorado|Colorado
CT Connecticut|Connecticut
DE Delaware|Delaware
DC District of Columbia|Distrito de Columbia
FL Florida|Florida
GA Georgia|Georgia
HI Hawaii|Hawái
ID Idaho|Idaho
IL Illinois|Illinois
IN Indiana|Indiana
IA Iowa|Iowa
KS Kansas|Kansas
KY Kentucky|Kentucky
LA Louisiana|Luisiana
ME Maine|Maine
MD Maryland|Maryland
MA Massachusetts|Massachusetts
MI Michigan|Míchigan
MN Minnesota|Minnesota
MS Mississippi|Misisipi
MO Missouri|Misuri
MT Montana|Montana
NE Nebraska|Nebraska
NV Nevada|Nevada
NH New Hampshire|Nuevo Hampshire
NJ New Jersey|Nueva Jersey
NM New Mexico|Nuevo México
NY New York|Nueva York
NC North Carolina|Carolina del Norte
ND North Dakota|Dakota del Norte
OH Ohio|Ohio
OK Oklahoma|Oklahoma
OR Oregon|Oregón
PA Pennsylvania|Pensilvania
PR Puerto Rico|Puerto Rico
RI Rhode Island|Rhode Island
SC South Carolina|Carolina del Sur
SD South Dakota|Dakota del Sur
TN Tennessee|Tennessee
TX Texas|Texas
UT Utah|Utah
VT Vermont|Vermont
VA Virginia|Virginia
WA Washington|Washington
WV West Virginia|Virginia Occidental
WI Wisconsin|Wisconsin
WY Wyoming|Wyoming
VI Virgin Islands|Islas Vírgenes
GU Guam|Guam
AS American Samoa|Samoa Americana
MP Northern Mariana Islands|Islas Marianas del Norte
"""
_LINES = [(line[:2], *line[3:].split("|")) for line in NAMES.strip().split("\n")]
STATES = {code: {"en": english, "es": spanish} for code, english, spanish in _LINES}
_ALSO = {"washington dc": "DC", "dc": "DC", "tejas": "TX", "nueva hampshire": "NH", "isla de rodas": "RI"}
_TYPED = {fold(name): code for code, names in STATES.items() for name in names.values()} | _ALSO


def read_state(text: str) -> str:
    """Two letters of a state from its letters or its name in either language; "" when there is no such state."""
    typed = " ".join(fold(text).replace(".", "").split())
    return typed.upper() if typed.upper() in STATES else _TYPED.get(typed, "")


def name_of(state: str, language: str) -> str:
    """What a state is called; its letters when it is none of them."""
    return STATES.get(state, {}).get(language, state)
