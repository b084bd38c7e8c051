"""Texts that break off: teasers that a site cut after so many characters, in the middle of a word or a sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import takewhile

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.texts import Printed, lines_of
from digest.models import Block, IssueItem, Paragraph

#: A text of fewer words is a heading, a point or a slogan, and may end as it likes.
_FEWEST = 8
#: Signs are weighed: one alone proves nothing, for honest texts lack a full stop, too.
_ENOUGH = 3
#: Of an item with many, so many are shown.
_MOST = 3
#: Where sites cut their teasers, in characters.
_CUTS = (120, 140, 150, 155, 160, 180, 200, 250, 255, 300, 350, 400, 500)
_LENGTHS = frozenset({*range(95, 106), *(cut - less for cut in _CUTS for less in range(3))})
#: How descriptions begin that are written for search engines, and end where those cut them off.
_TEASER = re.compile(
    r"(?:learn|discover|explore|find out|read|see|understand) (?:how|why|what|about|more|the|whether)\b"
    r"|(?:a )?(?:new )?(?:study|research|trial|review) (?:finds?|found|shows?|showed|suggests?|reveals?)\b",
    re.IGNORECASE,
)
#: No English sentence ends in these.
_NEVER_LAST = frozenset({
    "a", "although", "an", "and", "because", "but", "every", "if", "into", "its", "my", "nor", "or", "our", "than",
    "the", "their", "whether", "your",
})  # fmt: skip
#: Few do in these.
_SELDOM_LAST = frozenset({
    "are", "as", "at", "by", "can", "could", "for", "from", "has", "have", "how", "in", "is", "may", "might", "more",
    "of", "on", "should", "that", "these", "this", "to", "was", "were", "which", "who", "will", "with", "would",
})  # fmt: skip
#: What a whole word may still grow by; a word that is begun grows by something else.
_ENDINGS = frozenset({
    "able", "al", "ally", "d", "ed", "er", "ers", "es", "ful", "ing", "ings", "less", "ly", "ment", "ments", "ness",
    "s",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’‐‑-][^\W\d_]{1,20}){0,4}")
_ENDED = re.compile(r"[.!?…:;。！？][\"”’»)\]]{0,3}$")  # noqa: RUF001
#: What feeds put where they cut.
_CUT_MARK = re.compile(r"\[(?:…|\.{3})\]$")


class Vocabulary:
    """The whole words of texts in one language: what has other words behind it, or ends as a sentence does."""

    def __init__(self, items: Iterable[IssueItem], language: str) -> None:
        mine = [item.summary.entry for item in items if _language(item) == language]
        said = {word for entry in mine for line in (entry.headline, *entry.tags) for word in _letters(line)}
        for entry in mine:
            for section in entry.sections:
                for line in lines_of(section.blocks):
                    words = _letters(line)
                    said.update(words if _ENDED.search(line) or len(words) < _FEWEST else words[:-1])
        if language == "en":
            said = {word for word in said | _easy_words() if len(word) > 1 or word in "ai"}
        self.words = frozenset(said)
        self._in_order = sorted(self.words)
        self._ends = frozenset(word[-3:] for word in self.words)

    def ends_strangely(self, word: str) -> bool:
        """Whether it is no word known here, and none of those ends as it does."""
        return word not in self.words and word[-3:] not in self._ends

    def is_begun(self, word: str) -> bool:
        """Whether it is no word known here, and the beginning of one that is."""
        if word in self.words:
            return False
        place = bisect_left(self._in_order, word)
        while place < len(self._in_order) and self._in_order[place].startswith(word):
            if self._in_order[place][len(word) :] not in _ENDINGS:
                return True
            place += 1
        return False


def check_broken(items: Sequence[Printed], whole: Sequence[IssueItem]) -> Iterator[Flaw]:
    """Paragraphs and points that break off.

    Args:
        items: what is printed.
        whole: all items of the issue: from them it is known what is a whole word.
    """
    known: dict[str, Vocabulary] = {}
    for item in items:
        language = _language(item.item)
        if language not in known:
            known[language] = Vocabulary(whole, language)
        found = list(broken(item.parts, known[language], english=language == "en"))
        for line in list(dict.fromkeys(found))[:_MOST]:
            yield Flaw(
                rule=Rule.BROKEN_OFF,
                severity=Severity.ERROR,
                message=f"a text of it breaks off: “{'…' if len(line) > 70 else ''}{line[-70:].lstrip()}”",
                advice="a teaser of its site was probably read as its own: take it out, or write how it ends",
                summary_id=item.id,
            )


def broken(parts: Sequence[tuple[Block, ...]], vocabulary: Vocabulary, *, english: bool = True) -> Iterator[str]:
    """The paragraphs and points that break off, in their order."""
    lines = [line for part in parts for line in lines_of(part) if len(line.split()) >= _FEWEST]
    for part in parts:
        mine = list(lines_of(part))
        for place, line in enumerate(mine):
            others = [other for other in lines if other is not line]
            # A paragraph above a list or a quote need not end as a sentence does.
            last = place == len(mine) - 1
            if _breaks_off(_Line(line, last=last, prose=isinstance(part[-1], Paragraph)), others, vocabulary, english):
                yield line


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    last: bool
    prose: bool


def _breaks_off(line: _Line, others: Sequence[str], vocabulary: Vocabulary, english: bool) -> bool:
    text = line.text
    if _CUT_MARK.search(text):
        return True
    if len(text.split()) < _FEWEST or _ENDED.search(text):
        return False
    strange = _strange_end(line, vocabulary, english)
    if not strange:
        return False
    ended = [bool(_ENDED.search(other)) for other in others]
    signs = (
        len(text) in _LENGTHS,
        _TEASER.match(text) is not None,
        len(ended) >= 3 and sum(ended) >= 0.9 * len(ended),
    )
    return strange + sum(signs) >= _ENOUGH


def _strange_end(line: _Line, vocabulary: Vocabulary, english: bool) -> int:
    """How little its end looks like the end of anything, 0 to 2."""
    end = line.text.split()[-1]
    word = end[len(end) - sum(1 for _ in takewhile(str.isalpha, reversed(end))) :]
    if not word:
        return 1 if line.last and line.prose and end[-1] in ",(–-" else 0
    # Addresses, codes ("beta-1a"), names, abbreviations and "aren't" are no words to be compared.
    if any(sign in "./@'’" or sign.isdigit() or sign.isupper() for sign in end):
        return 0
    if english and line.last and word in _NEVER_LAST:
        return 2
    if vocabulary.is_begun(word):
        return 2
    seldom = english and line.last and word in _SELDOM_LAST
    return 1 if seldom or vocabulary.ends_strangely(word) else 0


def _letters(text: str) -> list[str]:
    # Names are no words: "Li" does not make "daily li" whole.
    return [word for word in _WORD.findall(text) if word.islower()]


def _language(item: IssueItem) -> str:
    return item.summary.entry.language.lower().split("-")[0]


@cache
def _easy_words() -> frozenset[str]:
    """Some three thousand words that every child knows, as the measure of readability brings them."""
    try:
        text = (resources.files("textstat") / "resources" / "en" / "easy_words.txt").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError):  # another edition of it keeps them elsewhere: the issue's own words are left
        return frozenset()
    return frozenset(text.casefold().split())
