"""No regular expression of ours takes more than linear time, whatever a stranger writes.

The one timed test there is. Times are of computing, compared with one another and with what no machine is too slow for.
"""

from __future__ import annotations

import re

import pytest

from digest.sources.cues import cues
from tests.patterns import MOST_GROWTH, Used, growth, modules, patterns_of, unreadable

#: Functions that make patterns of what they are given, and where what they make is tried.
MADE_ELSEWHERE = {
    "digest.sources.cues.cue": "test_cues_are_quick_too",
    "digest.sources.walls._any": "its patterns are the module's own",
}

#: So many tests share the modules.
SHARES = 8


def slow(used: Used) -> list[str]:
    """What is wrong with a pattern; empty when nothing is."""
    found = []
    for method in sorted(used.methods):
        times, shape = growth(used.pattern, method)
        if times > MOST_GROWTH:
            found.append(f"{used.place}.{method}: {times:.0f} times the time for ten times {shape!r}")
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_ten_times_the_text_takes_ten_times_the_time(share: int) -> None:
    """Roughly: a pattern that tries again from every place takes a hundred times, or for ever."""
    assert [one for module in modules()[share::SHARES] for used in patterns_of(module) for one in slow(used)] == []


def test_every_pattern_is_tried() -> None:
    """One that a function puts together at run time is named here, with where it is tried."""
    assert {name for module in modules() for name in unreadable(module)} == MADE_ELSEWHERE.keys()


def test_cues_are_quick_too() -> None:
    """They are made of phrases, all in one way: the longest of each kind stand for all."""
    for kind, known in cues().items():
        for cue in sorted(known, key=lambda cue: len(cue.pattern.pattern))[-3:]:
            assert slow(Used(f"cues of {kind}", cue.pattern, frozenset({"search"}))) == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(a+)+b", "search"),
        (r"<!--.*?-->", "sub"),
        (r"<([^>]*)>", "finditer"),
        (r"(\d+)\s*%", "search"),
        (r"^(#{1,6})\s+(.*?)\s*#*$", "match"),
        (r"(\*\*|\*)(?=\S)([^\n]+?)(?<=\S)\1(?!\w)", "sub"),
        (r"\[([^\]\n]*)\]\([^)\s]*\)", "sub"),
        (r"(?P<y>\d+)(?P<sep>[-/.])(?P=sep)", "search"),
        (r";(?![^()]*\))", "split"),
        (r"'[^']*'|url\([^)]*\)", "sub"),
    ],
)
def test_the_test_can_fail(pattern: str, method: str) -> None:
    """Patterns of these kinds were found in programs, some of them in ours."""
    assert slow(Used("here", re.compile(pattern, re.DOTALL), frozenset({method}))) != []


@pytest.mark.parametrize(
    "pattern", [r"\d{1,4}-\d\d", r"(?<!\s)\s+$", r"<!--.*?(?:-->|\Z)", r"\bcat\b", r"[^,]{0,200},"]
)
def test_the_test_can_pass(pattern: str) -> None:
    """What is bounded, or begins in few places, is quick."""
    assert slow(Used("here", re.compile(pattern, re.DOTALL), frozenset({"search", "sub"}))) == []
