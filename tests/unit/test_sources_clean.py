from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.clean import LONGEST_TEXT, clean, clean_title, end_at_word, shorten


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("IFN-Î² works", "IFN-β works"),
        ("TNF<ce><b1> and <ff><fe> stays", "TNFα and <ff><fe> stays"),
        ("anti‐CD20 and B‑cells", "anti‐CD20 and B‑cells"),
        ("“quoted” – ﬁne²", "“quoted” – ﬁne²"),
        ("a\r\nb\tc\x00d\x85e", "a b cd…e"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u00adf", "abcdef"),
        ("family \U0001f469\u200d\U0001f469", "family \U0001f469\u200d\U0001f469"),
        ("p < 0.05 and n > 3", "p < 0.05 and n > 3"),
        ("e\u0301", "é"),
    ],
)
def test_clean(text: str, kept: str) -> None:
    """Mojibake is repaired and what cannot be seen goes; what an author may have meant stays as printed."""
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x =?utf-8?q?=0D=0ABcc=3A_evil=40x.org?=", "x Bcc: evil@x.org"),
        ("=?utf-8?b?w6k=?=", "é"),
        ("=?nonsense?q?abc?=", ""),
        ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fhidden=3F=3D?=", "hidden"),
        ("is 2 =? 3", "is 2 =? 3"),
    ],
)
def test_encoded_words_are_decoded_here(text: str, kept: str) -> None:
    """No mail software gets to decode a title into header lines: that is done before, and cleaned."""
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hello <script>alert(1)</script>world", "Hello world"),
        ("<b>Bold</b> &amp; <i>fine</i>", "Bold & fine"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;x", "x"),
        ("n<30 and a<b", "n<30 and a<b"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("<script>never closed", ""),
    ],
)
def test_clean_title(text: str, kept: str) -> None:
    """A title is plain text, however its markup was hidden."""
    assert clean_title(text) == kept


@given(st.text())
def test_clean_text_is_one_line_that_can_be_seen(text: str) -> None:
    """Whatever comes in: no line end, no control, no lone surrogate, and no space at either end or twice."""
    kept = clean(text)
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in kept)
    assert kept == " ".join(kept.split())


def test_a_very_long_text_is_cut_and_costs_little() -> None:
    """A megabyte of broken text is no burden."""
    started = time.perf_counter()
    assert len(clean("Ã©â€ <ce><b2> =?utf-8?q?" * 50_000)) <= LONGEST_TEXT
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("w" * 50 + " " + "x" * 48, "w" * 50 + "…"),
        ("A short text without a full stop", "A short text without a full stop"),
        ("It ends in dots and half a wo...", "It ends in dots and half a…"),
        ("It ends[...]", "It…"),
        ("It ends [...]", "It ends…"),
        ("It ends \u2026", "It ends…"),
        ("It ends. […]", "It ends.…"),
        ("…", ""),
        ("x" * 98 + ".", "x" * 98 + "."),
    ],
)
def test_end_at_word(text: str, ended: str) -> None:
    """A text cut in mid-word ends at a whole word with an ellipsis."""
    assert end_at_word(text) == ended


def test_shorten() -> None:
    """A text over the limit keeps its first whole words; one within it stays."""
    assert shorten("one two three", 9) == "one two…"
    assert shorten("one two three", 8) == "one two…"
    assert shorten("one two", 7) == "one two"
    assert shorten("x" * 20, 5) == "xxxx…"
