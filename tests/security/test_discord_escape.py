"""G4: Discord's own mark-up, which the library's escape lets through, is made literal by ours."""

from __future__ import annotations

import pytest

from bot.text import escape, parse, to_discord

ZWSP = "\u200b"


def drawn(text: str) -> str:
    return to_discord(parse(escape(text)))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("</ban:123>", "\\</ban:123\\>"),
        ("<t:0:R>", "\\<t:0:R\\>"),
        ("<id:customize>", "\\<id:customize\\>"),
        ("<#123>", "\\<#123\\>"),
        ("<@123>", "\\<@123\\>"),
        ("<@&123>", "\\<@&123\\>"),
        ("<:a:1>", "\\<:a:1\\>"),
        ("<a:a:1>", "\\<a:a:1\\>"),
        ("1. one", "1\\. one"),
        ("12) one", "12\\) one"),
        ("- one", "\\- one"),
        ("+ one", "\\+ one"),
        ("* one", "\\* one"),
        ("# one", "\\# one"),
        ("-# one", "\\-# one"),
        ("> one", "\\> one"),
        (">>> one", "\\>\\>\\> one"),
        ("||x||", "\\|\\|x\\|\\|"),
        ("~~x~~", "\\~\\~x\\~\\~"),
        ("__x__", "\\_\\_x\\_\\_"),
        ("a*b*", "a\\*b\\*"),
        ("`x`", "\\`x\\`"),
        ("[x](https://example.org)", "\\[x\\](https\\://example.org)"),
        ("https://example.org", "https\\://example.org"),
        ("discord.gg/x", "discord\\.gg/x"),
        ("steam://x", "steam\\://x"),
        ("@everyone", f"@{ZWSP}everyone"),
        ("@HERE", f"@{ZWSP}HERE"),
        ("a@b.org", "a@b.org"),
        ("\\", "\\\\"),
        ("\\@everyone", f"\\\\@{ZWSP}everyone"),
        ("one\n1. two\n- three", "one\n1\\. two\n\\- three"),
        ("5 - 3 #1 2.5", "5 - 3 #1 2.5"),
    ],
)
def test_marks_of_discord_stay_words(typed: str, sent: str) -> None:
    """G4: each escaped as Discord shows it literally; plain words stay plain."""
    assert drawn(typed) == sent


def test_a_line_that_starts_after_bold_is_still_escaped_only_at_its_start() -> None:
    """G4: the second line is a new start, the middle of a line is not."""
    assert to_discord(parse("**a** \\# b\n\\# c")) == "**a** # b\n\\# c"


def test_our_own_mark_up_is_drawn() -> None:
    """G3: what we mean to send arrives."""
    text = "# Title\n\n**Bold** *it* `code`\n\n- a\n- b\n\n3. c\n4. d\n\n> q"
    assert to_discord(parse(text)) == "## Title\n\n**Bold** *it* `code`\n\n- a\n- b\n\n3. c\n4. d\n\n> q"


def test_a_moment_is_words_and_a_local_time() -> None:
    """FACTS 34b: the words stand there for who cannot see the code."""
    assert to_discord(parse("[Saturday, 5 PM](time:1795456800)")) == "Saturday, 5 PM (<t:1795456800:f>)"


def test_a_link_shows_its_domain_and_has_no_preview() -> None:
    """G5: the real domain is always in the text."""
    assert to_discord(parse("[go](https://example.org/a_b)")) == "[go](<https://example.org/a_b>) (example.org)"
    assert to_discord(parse("see https://example.org/a_b.")) == "see <https://example.org/a_b>."


def test_words_that_look_like_an_address_do_not_hide_another() -> None:
    """G5: Discord shows no mask under them; we never send one."""
    assert to_discord(parse("[bank.com](https://evil.org)")) == "bank.com (<https://evil.org>)"
