"""Texts that somebody means badly, and what may never come out of a rendering of any text."""

from __future__ import annotations

import re

ZWSP, RLO, PDI, TAG_A = "\u200b", "\u202e", "\u2069", "\U000e0041"

TEXTS: dict[str, str] = {
    "everyone": "@everyone come now",
    "here in words": "come@here now",
    "everyone cut by a zero-width space": f"hi @every{ZWSP}one",
    "everyone cut by a tag character": f"@{TAG_A}everyone",
    "everyone cut by bold": "@**every**one and @**everyone**",
    "everyone in code": "`@everyone`",
    "everyone as link words": "[@everyone](https://example.org)",
    "everyone in an address": "https://example.org/@everyone",
    "everyone in a moment": "[@everyone](time:1764370800)",
    "at sign before a moment": "@[everyone](time:1764370800)",
    "room": "@room now",
    "user ping": "<@123456789012345678> <@!123456789012345678>",
    "role ping": "<@&123456789012345678>",
    "channel": "<#123456789012345678>",
    "command": "</ban:123456789012345678>",
    "time": "<t:0:R>",
    "guide": "<id:customize> <id:guide>",
    "emoji": "<:ok:123456789012345678> <a:ok:123456789012345678>",
    "code with a ping": "`<@123456789012345678>`",
    "numbered list": "1. one\n2. two",
    "number that is no list": "2026\\. what a year",
    "bullets": "- a\n- b\n* c",
    "heading": "# big\n## less\n-# small print",
    "quote": ">>> all of this\n> and this",
    "spoiler": "||hidden|| ~~gone~~ __under__",
    "code fence": "```\n@everyone\n```",
    "back-ticks": "` `` ``` a",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "style": '<b style="color:red">x</b><!-- y --> &lt;i&gt; &#64;everyone',
    "javascript link": "[click](javascript:alert(1)) [click](data:text/html,x)",
    "plain http": "[click](http://example.org) http://example.org/x",
    "masked link": "[https://bank.example](https://evil.example)",
    "user in a link": "https://bank.example@evil.example/ [x](https://bank.example:1@evil.example)",
    "bare address": "https://127.0.0.1/ https://2130706433/ https://[::1]/ https://0x7f.1/",
    "look-alike": "https://аpple.com/login [apple.com](https://аpple.com)",
    "invite": "discord.gg/abc https://discord.gg/abc steam://run discord://x",
    "link that closes the mask": "[x](<https://example.org/>) (bank.example) [y](https://example.org/a>b)",
    "picture": "![x](https://example.org/x.png)",
    "reference link": "[x]\n\n[x]: https://evil.example",
    "right to left": f"pay {RLO}gro.elpmaxe{PDI} now",
    "smeared letters": "Z" + "\u0301" * 40 + "algo",
    "controls": "a\x00b\x07c\x1b[31md\x7fe\u0085f\u2028g",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "table and rule": "a|b\n-|-\n1|2\n\n---\n***",
    "nesting": "> " * 30 + "- " * 30 + "[" * 50 + "*" * 50 + "x",
}

DISCORD_CODES = re.compile(r"(?<!\\)<(?:@[!&]?|#|/[^>:]+:|t:-|id:|a?:\w+:|sound:)", re.IGNORECASE)
PINGS = re.compile(r"@(?:everyone|here)", re.IGNORECASE)
TIMES = re.compile(r"<t:([0-9]{1,12}):f>")
BARE_ADDRESS = re.compile(r"(?<!<)https?://|(?<![<\w])\w+://|discord\.gg/", re.IGNORECASE)
TAGS_SENT = {"p", "br", "strong", "em", "code", "a", "ul", "ol", "li", "blockquote", "h3", "h4"}
TAG = re.compile(r"<(/?)([a-z0-9]+)([^<>]*)>")
SAFE_ATTRIBUTES = re.compile(r'(?: href="https://[^"<>\s]+"| start="[0-9]+")?')


def faults_on_discord(drawn: str) -> list[str]:
    """Everything in a drawn text that Discord would take for more than words."""
    words = re.sub(r"`[^`\n]*`", "", drawn)
    found = [match[0] for match in PINGS.finditer(drawn)]
    found += [match[0] for match in DISCORD_CODES.finditer(words)]
    found += [match[0] for match in BARE_ADDRESS.finditer(words) if not _in_angles(words, match.start())]
    return found


def faults_on_matrix(html: str) -> list[str]:
    """Every tag or attribute in a drawn text that we never mean to send, and every sign that is not escaped."""
    found = [m[0] for m in TAG.finditer(html) if m[2] not in TAGS_SENT or not SAFE_ATTRIBUTES.fullmatch(m[3])]
    rest = TAG.sub("", html)
    return found + [sign for sign in "<>" if sign in rest]


def _in_angles(text: str, place: int) -> bool:
    return text.rfind("<https://", 0, place + 9) > text.rfind(">", 0, place)
