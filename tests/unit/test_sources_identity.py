from __future__ import annotations

import pytest

from digest.sources.identity import fingerprint, fitting, only_doi, read_doi, read_pmid, shown, web_url


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("doi:10.5555/ABC.1", "10.5555/abc.1"),
        ("https://doi.org/10.5555/abc.1?ref=x", "10.5555/abc.1"),
        ("https://doi.org/10.5555%2Fabc.1", "10.5555/abc.1"),
        ("see (10.5555/abc(1)2), there", "10.5555/abc(1)2"),
        ("(https://doi.org/10.5555/abc.1).", "10.5555/abc.1"),
        ("https://j.example.org/doi/full/10.5555/abc.1/full", "10.5555/abc.1"),
        ("https://j.example.org/doi/10.5555/abc.1.pdf", "10.5555/abc.1"),
        ("https://p.example.org/content/10.1101/2026.01.02.123456v2.full", "10.1101/2026.01.02.123456"),
        ("version 10.5 / 3", None),
        ("", None),
    ],
)
def test_read_doi(text: str, doi: str | None) -> None:
    """A DOI is found in ids, links and text, and written in one way."""
    assert read_doi(text) == doi


def test_a_text_that_names_two_dois_names_none() -> None:
    """Nobody can tell which of several studies a text is about."""
    assert only_doi(["10.5555/a", "again 10.5555/A."]) == "10.5555/a"
    assert only_doi(["10.5555/a and 10.5555/b"]) is None
    assert only_doi([]) is None


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("pubmed:123", "123"),
        ("PMID: 00123", "123"),
        ("PMID:123456789", None),
        ("https://pubmed.ncbi.nlm.nih.gov/42/?x=1", "42"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/42", "42"),
        ("42", None),
        ("pmid:0", None),
    ],
)
def test_read_pmid(text: str, pmid: str | None) -> None:
    """A PMID is found where something says that it is one; bare digits are none."""
    assert read_pmid(text) == pmid


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://e.example.org/a?utm_source=x&id=7&fbclid=1", "https://e.example.org/a?id=7"),
        ("https://e.example.org/a?PHPSESSID=aa1&id=7", "https://e.example.org/a?id=7"),
        ("https://e.example.org/a?sid=0123456789abcdef0123456789abcdef", "https://e.example.org/a"),
        ("https://e.example.org/a?sid=12&sessionId=45", "https://e.example.org/a?sid=12&sessionId=45"),
        ("https://e.example.org/a?fc=20261105083000&v=2", "https://e.example.org/a?v=2"),
        ("/b", "https://base.example.org/b"),
        ("c d", "https://base.example.org/x/c%20d"),
        (" https://e.example.org/a ", "https://e.example.org/a"),
        ("//other.example.org/p", "https://other.example.org/p"),
        ("notes.2026/p", "https://base.example.org/x/notes.2026/p"),
        ("/a|b c", "https://base.example.org/a%7Cb%20c"),
        ("/a?x=<1>&copy=2&reg=3", "https://base.example.org/a?x=%3C1%3E&copy=2&reg=3"),
        ("https://büro.example.org/straße?q=ü#ä", "https://xn--bro-hoa.example.org/stra%C3%9Fe?q=%C3%BC#%C3%A4"),
        ("https://e.example.org/a%20b%zz", "https://e.example.org/a%20b%zz"),
    ],
)
def test_web_url(link: str, url: str) -> None:
    """A link becomes an absolute address without its tracking parameters, written as addresses are."""
    assert web_url(link, base="https://base.example.org/x/y") == url


@pytest.mark.parametrize(
    "link", ["www.e.example.org/p", "www.e.example.org", "doi.org/10.5555/a", "example.org:8080/p"]
)
def test_a_host_without_a_scheme(link: str) -> None:
    """Typed by a person it is an address; in a feed it is no path below the feed's site, whatever the rules say."""
    assert web_url(link) == f"http://{link}"
    assert web_url(link, base="https://base.example.org/x/y") is None


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/url?rct=j&sa=t&url=https://e.example.org/a/?x%3D1&ct=ga&usg=b",
        "https://www.google.co.uk/url?q=https%3A%2F%2Fe.example.org%2Fa%2F%3Fx%3D1%26utm_source%3Dalert",
        "https://scholar.google.com/scholar_url?url=https://e.example.org/a/?x%3D1&hl=en",
        "http://www.bing.com/news/apiclick.aspx?ref=a&url=https%3a%2f%2fe.example.org%2fa%2f%3fx%3d1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fe.example.org%2Fa%2F%3Fx%3D1%26fbclid%3D2&h=3",
        "https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fe.example.org%2Fa%2F%3Fx%3D1&data=5",
        "https://www.google.com/url?url=https%3A%2F%2Fgoogle.com%2Furl%3Fq%3Dhttps%253A%252F%252Fe.example.org%252Fa/?x=1",
    ],
)
def test_detours_are_left_out(link: str) -> None:
    """Readers are sent to the page itself, past whoever would count them on the way."""
    assert web_url(link) == "https://e.example.org/a/?x=1"


@pytest.mark.parametrize(
    "link",
    ["https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/search?q=http://e.example.org/",
     "https://www.google.com/url", "https://e.example.org/url?url=https://other.example.org/"],
)  # fmt: skip
def test_what_is_no_detour_stays(link: str) -> None:
    """Only addresses known to lead elsewhere are taken apart, and only to a page."""
    assert web_url(link) == link


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd",
     "ftp://e.example.org/", "https://bank.example.org@evil.example.org/", "https:///x", "https://[::1", "mailto:a@b.c",
     "https://e.example.org/\u202egpj", 'https://e.example.org/"onclick=', "https://e.example.org/" + "a" * 3000,
     "https://e.example.org:99999/", ""],
)  # fmt: skip
def test_refused_links(link: str) -> None:
    """Whatever is not plainly an http or https address is no link."""
    assert web_url(link) is None


def test_a_relative_link_without_a_base_is_none() -> None:
    """Nobody knows where it leads."""
    assert web_url("/a") is None


def test_messages_show_no_secrets() -> None:
    """An address in a message is without user, password, query and fragment."""
    assert shown("https://user:secret@e.example.org/a?token=x#y") == "https://e.example.org/a"
    assert shown("http://[broken") == "an unreadable address"


def test_fingerprint_and_fitting() -> None:
    """The same said in another order has the same fingerprint, and a long guid becomes a short one."""
    assert fingerprint({"a": 1, "b": "é"}) == fingerprint({"b": "é", "a": 1}) != fingerprint({"a": 2, "b": "é"})
    assert fitting("short") == "short"
    assert len(fitting("x" * 501)) < 100
