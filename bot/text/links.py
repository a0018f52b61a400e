"""The link gate: where does this address really lead (SECURITY G5)? Open redirects are not seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote, urlsplit

import idna

MAX_URL = 500
"""Characters of one address: longer ones do not fit a line of a message and hide where they lead."""

_MAX_HOST = 253  # RFC 1035; also keeps idna's work small
_SHOWN = 60
_FOUND = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>\"]+", re.IGNORECASE)
_DOMAIN = re.compile(r"\w\.\w{2}")
_PORT = re.compile(r"(.*?)(?::([0-9]{0,5}))?", re.DOTALL)
_ASCII_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What Discord and HTML would read as markup is written in percent form; a "%" that is already there stays.
_SAFE: Final = "/:@!$&'*+,;=-._~%?"

Verdict = Literal["ok", "warn", "refuse"]


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its judgement.

    `url` is ready to send (ASCII only), `host` its domain in ASCII form, `display` a short form for people.
    `warn`: a second person should look at the ASCII form first. `refuse`: never sent as a link; `reason` is a key.
    """

    url: str
    host: str
    display: str
    verdict: Verdict
    reason: str = ""


class _Refused(Exception):
    """Carries the key of the reason out of the checks."""


def judge_link(url: str) -> Link:
    """Judge one address. Never raises; a refused one keeps its text in `url` and has an empty `host`."""
    url = url.strip()
    try:
        return _judge(url)
    except _Refused as refused:
        return Link(url=url, host="", display=url[:_SHOWN], verdict="refuse", reason=str(refused))


def find_links(text: str) -> list[Link]:
    """Return every address in a text, judged, in order; closing punctuation is not part of an address."""
    return [judge_link(url) for _start, _end, url in locate(text)]


def locate(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, address) of every address in a text."""
    found = []
    for match in _FOUND.finditer(text):
        url = _without_closing(match[0])
        found.append((match.start(), match.start() + len(url), url))
    return found


def looks_like_address(text: str) -> bool:
    """Tell whether words could be taken for an address themselves: a link under them must not hide another one."""
    return bool(_DOMAIN.search(text) or _FOUND.search(text))


def defuse(text: str) -> str:
    """Break the addresses in literal words that the gate would not let out, for clients that make links of words."""
    for start, end, url in reversed(locate(text)):
        verdict = judge_link(url).verdict
        if verdict == "refuse" or (verdict == "warn" and not url.isascii()):
            text = text[:start] + url.replace("://", ":\u200b//") + text[end:]
    return text


def _without_closing(url: str) -> str:
    while url and (url[-1] in ".,;:!?'*_~|…" or (url[-1] in ")]}" and url.count(url[-1]) > url.count(_OPENS[url[-1]]))):
        url = url[:-1]
    return url


_OPENS: Final = {")": "(", "]": "[", "}": "{"}


def _judge(url: str) -> Link:
    if len(url) > MAX_URL:
        raise _Refused("link.too_long")
    if not url or not url.isprintable() or any(c.isspace() or c in "\\" for c in url):
        raise _Refused("link.odd")
    if not url.lower().startswith("https://"):
        raise _Refused("link.not_https")
    try:
        parts = urlsplit(url)
    except ValueError as odd:
        raise _Refused("link.odd") from odd
    if "@" in parts.netloc:
        raise _Refused("link.user_info")
    host, port, reason = _judge_host(parts.netloc)
    rest = _encode(parts.path) + ("?" + _encode(parts.query) if parts.query else "")
    rest += "#" + _encode(parts.fragment) if parts.fragment else ""
    shown = (host + port + rest).rstrip("/")
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return Link(f"https://{host}{port}{rest}", host, shown, "warn" if reason else "ok", reason)


def _judge_host(netloc: str) -> tuple[str, str, str]:
    """Return (ASCII host, ":port" or "", reason to warn or "")."""
    if netloc.startswith("["):
        raise _Refused("link.address")
    split = _PORT.fullmatch(netloc)
    raw, port = (split[1], split[2] or "") if split else (netloc, "")
    host = _to_ascii(raw)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):  # how browsers decide that a host is an IP address (WHATWG URL 3.5)
        raise _Refused("link.address")
    if not _ASCII_HOST.fullmatch(host):
        raise _Refused("link.no_domain")
    if raw.lower().rstrip(".") != host or "xn--" in host:
        return host, f":{port}" if port else "", "link.look_alike"
    if port and port != "443":
        return host, f":{port}", "link.port"
    return host, "", ""


def _to_ascii(host: str) -> str:
    host = host.lower()
    if host.isascii():
        return host.removesuffix(".")
    if len(host) > _MAX_HOST:
        raise _Refused("link.no_domain")
    try:
        return idna.encode(host, uts46=True).decode("ascii").removesuffix(".")
    except (idna.IDNAError, UnicodeError) as odd:
        raise _Refused("link.no_domain") from odd


def _encode(part: str) -> str:
    return quote(part, safe=_SAFE)
