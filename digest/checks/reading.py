"""Whether an item was read right: doubts nobody has settled, and limits that are no limits of its study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.texts import Printed, Words, lines_of, quoted, words_of
from digest.models import IssueItem, SectionRole
from digest.parts import PART_NAMES
from digest.usual import Usual, missing

#: Short limits are shared by honest studies: "The study was small, and nobody was assigned by chance." From so many
#: different words on that is no chance; nor is it where they say nothing about how a study was done.
_LONG, _FEWEST = 18, 8
_OF_A_STUDY = re.compile(
    r"\b(?:small|few|short|only|samples?|chance|random\w{0,10}|controls?|comparison|compare[ds]?|placebo|mice|mouse|rats?"
    r"|animals?|cells?|lab(?:oratory)?|observational|preliminary|retrospective|pilot|surveys?|participants|followed"
    r"|bias\w{0,3}|prove[ds]?|cannot|larger|limited|limitations?|unclear|unknown|months|years|further"
    r"|(?:may|might|do|does|did|was|were) not|not yet|more (?:research|studies|people))\b",
    re.IGNORECASE,
)
#: A paragraph that long is nobody's own when it stands in two items word for word.
_LONG_PARAGRAPH = 30
#: Standing texts that differ by a name: what they share at least, in how many places they differ, and by how much.
_SHARED, _PLACES, _NAME = 24, 2, 12


_WORD = re.compile(r"[^\W_]+|[.!?…]")
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ADVICE = (
    "a standing text of its site was probably taken for the limits of the study: look at the original, and put the "
    "considerations right at the desk or with `digest shape edit`"
)


def check_doubts(item: Printed) -> Iterator[Flaw]:
    """Why its reading is in doubt, as long as nobody has put its parts right or said that they are."""
    for doubt in item.item.doubts:
        yield Flaw(
            rule=Rule.READING,
            severity=Severity.WARNING,
            message=f"it may have been read wrongly: {doubt.rstrip('.')}",
            advice="compare it with the original: put its parts right, or say that it was read right, at the desk or "
            "with `digest shape`",
            summary_id=item.id,
        )


def check_shape(items: Iterable[IssueItem], known: Mapping[str, Usual]) -> Iterator[Flaw]:
    """Items without a part that the texts of their source always had, unless a person has looked at them."""
    for item in items:
        entry = item.summary.entry
        for role in () if item.looked_at else missing(entry, known.get(entry.source, {})):
            yield Flaw(
                rule=Rule.SHAPE,
                severity=Severity.WARNING,
                message=f"it has no part “{PART_NAMES[role]}”, which the texts of its source always had",
                advice="its site may have changed its pages: compare it with the original, and tell your operator",
                summary_id=item.summary.id,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Limits:
    """The considerations of an item, without the names of its own study and journal."""

    item: Printed
    words: Words
    different: frozenset[str]
    #: Every word that begins like a name, though it begins no sentence.
    names: frozenset[str]
    #: By its words each paragraph and point.
    paragraphs: dict[Words, str]
    #: True when nothing in it is about how a study was done; only of English that is known.
    is_general: bool


def check_limits(items: Sequence[Printed]) -> Iterator[Flaw]:
    """Items with the same considerations, or the same but for a name; of one study they may have them."""
    all_limits = [found for item in items if (found := _limits(item)) is not None]
    told: set[int] = set()
    for one in all_limits:
        others = _others(one, all_limits)
        if others:
            told.add(one.item.id)
            yield _flaw(one, others)
    yield from _shared_paragraphs([one for one in all_limits if one.item.id not in told])


def _limits(item: Printed) -> _Limits | None:
    section = item.item.summary.entry.section(SectionRole.CONSIDERATIONS) if item.parts else None
    if section is None or not section.blocks:
        return None
    own = [row for row in (words_of(item.item.summary.entry.journal or ""), words_of(item.headline)) if row]
    lines = tuple(lines_of(section.blocks))
    by_words = {_without(words_of(line), own): line for line in lines}
    words = tuple(word for line in by_words for word in line)
    names = frozenset(name for line in lines for name in _names(line))
    return _Limits(
        item=item,
        words=words,
        different=frozenset(words),
        names=names,
        paragraphs=by_words,
        is_general=item.item.summary.entry.language.startswith("en") and not any(map(_OF_A_STUDY.search, lines)),
    )


def _without(words: Words, rows: Iterable[Words]) -> Words:
    for row in rows:
        place = 0
        while place <= len(words) - len(row):
            if words[place : place + len(row)] == row:
                words = (*words[:place], *words[place + len(row) :])
            else:
                place += 1
    return words


def _names(line: str) -> Iterator[str]:
    """Words with a capital letter that do not begin a sentence."""
    begins = True
    for found in _WORD.findall(line):
        if found[0].isupper() and not begins:
            yield from words_of(found)
        begins = found in ".!?…"


def _others(one: _Limits, all_limits: Sequence[_Limits]) -> list[tuple[_Limits, bool]]:
    """Those of another study with the same considerations, and whether they are so word for word."""
    if len(one.different) < (_FEWEST if one.is_general else _LONG):
        return []
    rest = [other for other in all_limits if other.item.item.summary.study_id != one.item.item.summary.study_id]
    same = [(other, True) for other in rest if other.words == one.words]
    return same or [(other, False) for other in rest if _differ_by_a_name(one, other)]


def _differ_by_a_name(one: _Limits, other: _Limits) -> bool:
    """Whether two texts say the same of different names: a journal's, a study's. A number is no name but a result."""
    # Cheap questions first: nearly all pairs differ in most of their words.
    if min(len(one.words), len(other.words)) < _SHARED or abs(len(one.words) - len(other.words)) > _PLACES * _NAME:
        return False
    if 2 * len(one.different & other.different) < len(one.different | other.different):
        return False
    runs = _differing(one.words, other.words)
    return (
        runs is not None
        and len(one.words) - sum(len(mine) for mine, _ in runs) >= _SHARED
        and all(_is_name(mine, one.names) and _is_name(theirs, other.names) for mine, theirs in runs)
    )


def _differing(some: Words, others: Words) -> list[tuple[Words, Words]] | None:
    """What stands in the one and what in the other, in the one or two places where they differ; None where in more."""
    same = _shared_start(some, others)
    some, others = some[same:], others[same:]
    same = _shared_start(some[::-1], others[::-1])
    some, others = some[: len(some) - same], others[: len(others) - same]
    if max(len(some), len(others)) <= _NAME:
        return [(some, others)]
    for mine, theirs in product(range(_NAME + 1), repeat=2):
        same = _shared_start(some[mine:], others[theirs:])
        ends = some[mine + same :], others[theirs + same :]
        if same and max(map(len, ends)) <= _NAME:
            return [(some[:mine], others[:theirs]), ends]
    return None


def _shared_start(some: Words, others: Words) -> int:
    """How many words are the same at the start of both."""
    pairs = zip(some, others, strict=False)
    return next((place for place, (mine, theirs) in enumerate(pairs) if mine != theirs), min(len(some), len(others)))


def _is_name(run: Words, names: frozenset[str]) -> bool:
    if not run:
        return True
    results = [word for word in run if _NUMBER.search(word) and not _YEAR.fullmatch(word)]
    return len(run) <= _NAME and not results and any(word in names for word in run)


def _flaw(one: _Limits, others: Sequence[tuple[_Limits, bool]]) -> Flaw:
    how = "word for word" if others[0][1] else "but for a name"
    named = [f"item {other.item.id} ({quoted(other.item.headline)})" for other, _ in others[:2]]
    more = [f"{len(others) - 2} more"] if len(others) > 2 else []
    return Flaw(
        rule=Rule.SAME_LIMITS,
        severity=Severity.ERROR,
        message=f"its considerations are also those of {' and '.join([*named, *more])}, {how}",
        advice=_ADVICE,
        summary_id=one.item.id,
    )


def _shared_paragraphs(all_limits: Sequence[_Limits]) -> Iterator[Flaw]:
    """A long paragraph that stands among the considerations of several studies."""
    told: dict[int, set[Words]] = {}
    for one, other in combinations(all_limits, 2):
        if one.item.item.summary.study_id != other.item.item.summary.study_id:
            for words in one.paragraphs.keys() & other.paragraphs.keys():
                for mine in (one, other) if len(words) >= _LONG_PARAGRAPH else ():
                    told.setdefault(mine.item.id, set()).add(words)
    for one in all_limits:
        for words in [words for words in one.paragraphs if words in told.get(one.item.id, ())]:
            yield Flaw(
                rule=Rule.SAME_LIMITS,
                severity=Severity.WARNING,
                message=f"a paragraph of its considerations stands in those of other studies, too: "
                f"{quoted(one.paragraphs[words])}",
                advice="see whether it is a limit of this study, or a standing text of its site",
                summary_id=one.item.id,
            )
