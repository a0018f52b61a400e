"""G5: where does an address really lead?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import find_links, judge_link, parse, to_matrix, to_plain

OK = {
    "https://example.org": "https://example.org",
    "https://Example.ORG/Path?q=1#f": "https://example.org/Path?q=1#f",
    "https://example.org:443/": "https://example.org/",
    "https://example.org./x": "https://example.org/x",
    "https://sub.deep.example.org/ñ": "https://sub.deep.example.org/%C3%B1",
    "https://example.org/a(b)<c>": "https://example.org/a%28b%29%3Cc%3E",
    "https://example.org/%C3%B1": "https://example.org/%C3%B1",
    " https://example.org ": "https://example.org",
}
WARN = {
    "https://аpple.com": ("xn--pple-43d.com", "link.look_alike"),
    "https://xn--pple-43d.com/login": ("xn--pple-43d.com", "link.look_alike"),
    "https://español.org": ("xn--espaol-zwa.org", "link.look_alike"),
    "https://ｅxample.org": ("example.org", "link.look_alike"),
    "https://example.org:8443/x": ("example.org", "link.port"),
}
REFUSE = {
    "http://example.org": "link.not_https",
    "javascript:alert(1)": "link.not_https",
    "data:text/html,x": "link.not_https",
    "//example.org": "link.not_https",
    "example.org": "link.not_https",
    "": "link.odd",
    "https://bank.example@evil.example": "link.user_info",
    "https://a:b@evil.example": "link.user_info",
    "https://@evil.example": "link.user_info",
    "https://127.0.0.1/": "link.address",
    "https://2130706433/": "link.address",
    "https://0x7f.0.0.1/": "link.address",
    "https://0177.0.0.1/": "link.address",
    "https://[::1]/": "link.address",
    "https://[::1": "link.odd",
    "https://１２７.０.０.１/": "link.address",
    "https://localhost/": "link.no_domain",
    "https://": "link.no_domain",
    "https:///path": "link.no_domain",
    "https://a..b/": "link.no_domain",
    "https://-a.org/": "link.no_domain",
    "https://%65vil.example/": "link.no_domain",
    "https://under_score.org/": "link.no_domain",
    "https://ex ample.org": "link.odd",
    "https://example.org\\@evil.example": "link.odd",
    "https://example.org/\u202egro": "link.odd",
    "https://example.org/\nx": "link.odd",
    "https://example.org:99999999/": "link.no_domain",
    "https://" + "a" * 64 + ".org": "link.no_domain",
    "https://" + "é" * 300 + ".org": "link.no_domain",
    "https://example.org/" + "a" * 500: "link.too_long",
}


@pytest.mark.parametrize("url", OK)
def test_a_plain_address_is_ok_and_ready_to_send(url: str) -> None:
    """G5."""
    link = judge_link(url)
    assert (link.verdict, link.url) == ("ok", OK[url])


@pytest.mark.parametrize("url", WARN)
def test_letters_that_can_be_mistaken_are_shown_in_ascii(url: str) -> None:
    """G5: punycode, other scripts and full-width letters go past a second pair of eyes."""
    link = judge_link(url)
    assert (link.verdict, link.host, link.reason) == ("warn", *WARN[url])
    assert link.url.isascii()
    assert link.display.isascii()


@pytest.mark.parametrize("url", REFUSE)
def test_an_address_that_hides_where_it_leads_is_refused(url: str) -> None:
    """G5: https only, no user-info, no bare address."""
    link = judge_link(url)
    assert (link.verdict, link.reason, link.host) == ("refuse", REFUSE[url], "")


@given(st.text(max_size=80), st.sampled_from(["", "https://", "https://a.org/", "https://a.org:", "https://[", "https://é"]))
def test_the_link_gate_never_breaks(text: str, start: str) -> None:
    """C2: a verdict for everything; what is let out is plain ASCII without markup."""
    link = judge_link(start + text)
    if link.verdict != "refuse":
        assert link.url.startswith(f"https://{link.host}")
        assert link.url.isascii()
        assert link.url.isprintable()
        assert not set(link.url) & set(' <>"`|()[]{}\\^')


def test_links_in_a_text_are_found_without_the_sentence_around_them() -> None:
    """G5: a closing bracket or full stop is not part of an address."""
    text = "See https://example.org/a_(b), (https://example.org/c). **https://example.org/d** or http://no.example!"
    assert [(one.display, one.verdict) for one in find_links(text)] == [
        ("example.org/a_%28b%29", "ok"),
        ("example.org/c", "ok"),
        ("example.org/d", "ok"),
        ("http://no.example", "refuse"),
    ]


def test_every_rendering_of_a_link_shows_the_real_domain() -> None:
    """G5: also when the words of the link name another one."""
    doc = parse("[apple.com](https://аpple.com/login)")
    body, html = to_matrix(doc)
    assert "xn--pple-43d.com" in to_plain(doc)
    assert "xn--pple-43d.com" in body
    assert html == 'apple.com (<a href="https://xn--pple-43d.com/login">xn--pple-43d.com/login</a>)'


def test_a_refused_address_in_words_is_broken_for_clients_that_make_links_of_words() -> None:
    """G5: many Matrix clients turn any address in a text into a link."""
    body, html = to_matrix(parse("go to https://bank.example@evil.example/ now"))
    assert "https://" not in body
    assert "https://" not in html
