"""Where a text's first sentence ends: at a full stop that belongs to no abbreviation, name, number or list."""

from __future__ import annotations

import re

#: A sentence of fewer words ("Good news!") says too little to stand for a text.
FEWEST_WORDS = 3

#: Characters within which a sentence ends.
_LONGEST = 2_000

#: Marks before a space, and those of Chinese and Japanese, which need none.
_END = re.compile(r"[.!?…؟।]['\"”’)\]]{0,3}(?=\s|$)|[。！？｡][」』”’）]{0,3}")  # noqa: RUF001
_LAST_WORDS = re.compile(r"(?:^|[\s(\[“\"])(\S{1,60}\s)?([^\s(\[“\"]{0,60})$")
_NEED_NO_SPACE = "。！？｡"  # noqa: RUF001
_SHORT = (
    "dr prof mr mrs ms st mt sr jr fig figs eq eqs no nos nr vol vs al cf ca approx resp esp incl excl viz ref refs tab"
    " sec ch pp ed eds min max avg appx app suppl dept univ inst inc ltd co corp e.g i.e eg ie u.s u.k e.u ph.d m.d"
    " jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m spp sp subsp var gen"
    " b.sc m.sc bzw z.b d.h ggf usw p.ex env"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
#: Words before a single letter that is no initial of a name: "vitamin D. The others…".
_LETTERED = frozenset(
    (
        *("vitamin", "hepatitis", "type", "group", "arm", "class", "grade", "stage", "factor", "influenza", "cohort"),
        *("panel", "table", "appendix", "part", "phase", "immunoglobulin", "interferon", "study", "trial", "plan"),
    )
)
#: Words after which a single letter begins a name.
_BEFORE_NAMES = frozenset({"", "by", "and", "from", "with", "of", "to", "dr", "prof", "mr", "mrs", "ms", "professor"})


def first_sentence(text: str) -> str:
    """The text's first sentence with what ends it; all of it where nothing does."""
    for found in _END.finditer(text, 0, _LONGEST):
        sentence, rest = text[: found.end()], text[found.end() : found.end() + 60].lstrip()
        enough = found[0][0] in _NEED_NO_SPACE or len(sentence.split()) >= FEWEST_WORDS
        if not rest or (enough and _ends(text[: found.start()], found[0], rest)):
            return sentence
    return text


def _ends(before: str, mark: str, rest: str) -> bool:
    if _begins_small(rest):
        return False
    if not mark.startswith("."):
        return True
    words = _LAST_WORDS.search(before[-130:])
    previous, last = ((words[1] or "").strip(), words[2]) if words else ("", "")
    if last.lower().rstrip(".") in _ABBREVIATIONS or re.fullmatch(r"(?:[A-Za-z]\.){1,5}[A-Za-z]", last):
        return False
    if len(last) == 1 and last.isupper():
        return not _is_name(previous.rstrip(".,").lower(), previous)
    return bool(last) and not (last.isdecimal() and not previous)


def _is_name(word: str, as_printed: str) -> bool:
    if word in _LETTERED:
        return False
    return word in _BEFORE_NAMES or as_printed[:1].isupper()


def _begins_small(rest: str) -> bool:
    """With a small letter, but not as "mRNA", "pH" and "iPS cells" do."""
    word = rest.split(maxsplit=1)[0].lstrip("'\"“‘([")
    return word[:1].islower() and not any(map(str.isupper, word))
