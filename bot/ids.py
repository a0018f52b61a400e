"""Ids: random ones for rows, and short codes that people see."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L: what is read aloud over a phone arrives as it was (DESIGN 4).
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> str:
    """A random row id: 80 bits, 16 letters; short enough for a Discord nonce (25) with a part number."""
    return secrets.token_hex(10)


def new_code(prefix: str, length: int = 4) -> str:
    """A public code such as `A-7KQ2`. The caller checks that it is free."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_secret_code() -> str:
    """A one-time code for a person to forward: three groups of four, 59 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def read_code(text: str) -> str:
    """A code as people type it (any case, no hyphen, spaces, O for 0) in its one form, or the text in capitals."""
    kept = "".join(letter for letter in text.strip().upper() if letter.isalnum())
    if len(kept) == 12:
        return f"{kept[:4]}-{kept[4:8]}-{kept[8:]}"
    return f"{kept[0]}-{kept[1:]}" if len(kept) > 1 else kept
