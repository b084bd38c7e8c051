"""Where a sentence ends: at a mark that belongs to no abbreviation, name, number or list."""

from __future__ import annotations

import re
from itertools import pairwise

#: A sentence of fewer words ("Good news!") says too little to stand for a text.
FEWEST_WORDS = 3
#: Characters within which a first sentence ends.
LONGEST = 2_000

#: What may end one: marks before a space, and those of Chinese and Japanese, which need none.
_END = re.compile(r"[.!?…؟।]['\"”’»)\]]{0,4}(?=\s)|[。！？｡][」』”’）]{0,4}")  # noqa: RUF001
_NEED_NO_SPACE = "。！？｡"  # noqa: RUF001
_LAST_WORDS = re.compile(r"(?:^|[\s(\[“\"])(\S{1,60}\s)?([^\s(\[“\"]{0,60})$")
_SHORT = (
    "dr prof mr mrs ms st mt sr jr fig figs eq eqs no nos nr vol vs al cf ca approx resp esp incl excl viz ref refs tab"
    " sec ch pp ed eds min max avg appx app suppl dept univ inst inc ltd co corp e.g i.e eg ie u.s u.k e.u ph.d m.d"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m spp sp subsp var gen"
    " b.sc m.sc bzw z.b d.h ggf usw p.ex env profs drs n.s"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
_INITIALS = re.compile(r"(?:[A-Za-z]\.){1,5}[A-Za-z]")
#: Words before a single letter that is no initial of a name: "vitamin D. The others…". Behind others it may be one.
_LETTERED = frozenset(
    (
        *("vitamin", "hepatitis", "type", "group", "arm", "class", "grade", "stage", "factor", "influenza", "cohort"),
        *("panel", "table", "appendix", "part", "phase", "immunoglobulin", "interferon", "study", "trial", "plan"),
    )
)
#: How a text ends that is whole.
_WHOLE = re.compile(r"[.!?…؟।。！？｡][\"'”’»)\]」』）*†‡\s\u00b9\u00b2\u00b3\u2070-\u2079]{0,8}$")  # noqa: RUF001


def ends(text: str, *, limit: int | None = None) -> list[int]:
    """Where its sentences end, ascending: the places right behind them, but for the end of the text.

    Args:
        text: on one line.
        limit: places beyond it are not looked for.
    """
    found = _END.finditer(text, 0, len(text) if limit is None else limit + 1)
    return [match.end() for match in found if _is_end(text, match)]


def sentences(text: str) -> list[str]:
    """The sentences of a text on one line, in order; words behind the last mark are one, too."""
    edges = [0, *ends(text), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(edges))
    return [part for part in parts if part]


def first_sentence(text: str) -> str:
    """The text's first sentence of some words, with what ends it; all of it where nothing does."""
    for place in ends(text, limit=LONGEST):
        sentence = text[:place]
        if sentence[-1] in _NEED_NO_SPACE or len(sentence.split()) >= FEWEST_WORDS:
            return sentence
    return text


def is_whole(text: str) -> bool:
    """Whether a text ends as a sentence does; a heading, a title and a text that was cut off do not."""
    return _WHOLE.search(text[-12:]) is not None


def _is_end(text: str, found: re.Match[str]) -> bool:
    rest = text[found.end() : found.end() + 60].lstrip()
    if not rest or found[0][0] in _NEED_NO_SPACE:
        return bool(rest)
    if _begins_small(rest):
        return False
    return not found[0].startswith(".") or _ends_a_word(text[max(found.start() - 130, 0) : found.start()])


def _ends_a_word(before: str) -> bool:
    """Whether a full stop behind these words is none of an abbreviation's, an initial's or a list's."""
    words = _LAST_WORDS.search(before)
    previous, last = ((words[1] or "").strip(), words[2]) if words else ("", "")
    # "MS." ends a sentence, "Ms." does not.
    is_acronym = len(last) > 1 and last.isupper()
    if (last.lower().rstrip(".") in _ABBREVIATIONS and not is_acronym) or _INITIALS.fullmatch(last):
        return False
    if len(last) == 1 and last.isupper():
        return previous.rstrip(".,").lower() in _LETTERED
    return bool(last) and not (last.isdecimal() and not previous)


def _begins_small(rest: str) -> bool:
    """With a small letter, but not as "mRNA", "pH" and "iPS cells" do."""
    word = rest.split(maxsplit=1)[0].lstrip("'\"“‘([")
    return word[:1].islower() and not any(map(str.isupper, word))
