"""Which part of a text without headings is what: findings, relevance or considerations, by its words and its place.

    parts | score each for each role | the best reading of all together | leave open what is not clearly better

Pure. Extracts of summary pages have their parts in one order, so the order is believed where the words do not speak
against it. Where they disagree nobody is asked to believe either: the parts in doubt have no role, and it is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise, product

from digest.models import SectionRole
from digest.sentences import sentences
from digest.sources.cues import score

#: Parts of a text, its first sentence not counted, whose roles are looked for: fewer are a note, more an article.
FEWEST, MOST = 2, 8
#: By how much a reading must be better than one in which a part has another role.
CLEARLY = 1.5
#: The same where neither makes limits of it.
CLEARLY_BUT_LIMITS = 0.6
#: The same for a reading in another order than the usual one: there words and order disagree.
CLEARLY_OUT_OF_ORDER = 5.0
#: What the usual order is worth, between two parts.
ORDER = 1.5
#: What a role is worth that is there at all, of the three that such a text has.
PRESENT = 2.0
#: By how much a reading of an extract must be better than that by which it has all three parts in order.
CLEARLY_INCOMPLETE = 5.0
#: Below this a part has nothing of considerations in its words: the last place alone makes no limits.
LEAST_LIMITS = 1.5
#: The same in an extract whose parts stand in order.
LEAST_LIMITS_OF_EXTRACT = 0.5
#: Behind a relevance that is one by its words the last part needs none, where it says less than this of anything else.
LITTLE = 2.0
#: From this on a part says whom the study concerns.
LEAST_RELEVANCE = 4.0
#: The same in an extract.
LEAST_RELEVANCE_OF_EXTRACT = 2.0
#: From this on a part speaks of limits above all.
CLEAR_LIMITS = 4.0
#: What it is worth to take a short first part for the takeaway.
TAKEAWAY = 2.0
#: A takeaway has so many sentences, or fewer.
TAKEAWAY_SENTENCES = 2

#: Where more parts are in doubt, it is no such text: nothing of the guess is believed.
MOST_DOUBTS = 3

_ORDER = (SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS)


class Why(StrEnum):
    """How the role of a part is known."""

    HEADING = "heading"
    ORDER = "order"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part that may be two things."""

    #: Its place among the parts, from 0.
    place: int
    likely: SectionRole
    rival: SectionRole


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """What the parts of a text are."""

    #: Of each part in its order; BODY for one whose role is not known.
    roles: tuple[SectionRole, ...]
    why: Why = Why.ORDER
    #: The parts whose best reading is not clearly better than the next, in their order.
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Guess:
    """One way to read all parts."""

    roles: tuple[SectionRole, ...]
    worth: float

    @property
    def is_in_order(self) -> bool:
        placed = [_ORDER.index(role) for role in self.roles if role in _ORDER]
        return placed == sorted(placed)


_Scores = Sequence[Mapping[SectionRole, float]]


def roles_of(parts: Sequence[str], *, opened: bool = False, extract: bool = False) -> Roles:
    """What each part of a text without headings is.

    Args:
        parts: the words of each, in the text's order; a list's points as one part.
        opened: whether the text's headline is the sentence it opened with, so that its takeaway is told already.
        extract: whether more than its words says that it is the extract of a summary page, whose parts have an order.
    """
    nothing = Roles(roles=(SectionRole.BODY,) * len(parts))
    if not (FEWEST - opened) <= len(parts) <= MOST:
        return nothing
    scores = [{role: score(text, role) for role in _ORDER} for text in parts]
    guesses = [
        _Guess(roles, _worth(roles, scores) + _opening(roles, parts, scores))
        for roles in _possible(len(parts), opened=opened)
    ]
    best = max(guesses, key=lambda guess: guess.worth)
    if not _is_evident(best.roles, scores, extract=extract):
        return nothing
    doubts = _doubts(best, guesses, scores, extract=extract)
    if len(doubts) > MOST_DOUBTS:
        return replace(nothing, doubts=doubts)
    open_places = {doubt.place for doubt in doubts}
    settled = tuple(SectionRole.BODY if place in open_places else role for place, role in enumerate(best.roles))
    return Roles(roles=settled, why=_why(best.roles, scores), doubts=doubts)


def clearly_limits(text: str, role: SectionRole) -> bool:
    """Whether a part that stands under a heading of another role speaks of limits, and hardly of anything else."""
    limits = score(text, SectionRole.CONSIDERATIONS)
    rivals = (SectionRole.FINDINGS, SectionRole.RELEVANCE if role is SectionRole.BODY else role)
    return limits >= CLEAR_LIMITS and limits - max(score(text, rival) for rival in rivals) >= CLEARLY


def _possible(count: int, *, opened: bool) -> list[tuple[SectionRole, ...]]:
    """Every way to give each part a role, a role's parts side by side; the first may be a takeaway not told yet."""
    whole = [roles for roles in product(_ORDER, repeat=count) if _side_by_side(roles)]
    behind = [(SectionRole.TAKEAWAY, *roles) for roles in product(_ORDER, repeat=count - 1) if _side_by_side(roles)]
    return whole if opened else [*whole, *behind]


def _side_by_side(roles: Sequence[SectionRole]) -> bool:
    runs = [role for place, role in enumerate(roles) if place == 0 or roles[place - 1] is not role]
    return len(runs) == len(set(runs))


def _worth(roles: Sequence[SectionRole], scores: _Scores) -> float:
    words = sum(scores[place][role] for place, role in enumerate(roles) if role in _ORDER)
    steps = [(before, after) for before, after in pairwise(roles) if before in _ORDER and before is not after]
    order = sum(ORDER if _ORDER.index(before) < _ORDER.index(after) else -ORDER for before, after in steps)
    return words + order + PRESENT * len(set(roles) & set(_ORDER))


def _opening(roles: Sequence[SectionRole], parts: Sequence[str], scores: _Scores) -> float:
    """What it is worth to take the first part for the takeaway: it tells in a sentence what is found below."""
    if roles[0] is not SectionRole.TAKEAWAY:
        return 0
    is_short = len(sentences(parts[0])) <= TAKEAWAY_SENTENCES and len(parts[0]) <= max(map(len, parts[1:]))
    return max(scores[0].values()) + TAKEAWAY if is_short and len(parts) > len(_ORDER) else -TAKEAWAY


def _is_evident(roles: Sequence[SectionRole], scores: _Scores, *, extract: bool) -> bool:
    """Whether the parts say together what they are: else it is no such text, or nobody can tell."""
    best = {role: max((scores[place][role] for place, one in enumerate(roles) if one is role), default=0.0)
            for role in _ORDER}  # fmt: skip
    limits, rest = best[SectionRole.CONSIDERATIONS], max(best[SectionRole.FINDINGS], best[SectionRole.RELEVANCE])
    if SectionRole.CONSIDERATIONS in roles:
        in_order = extract and tuple(roles) == _ORDER
        in_its_place = in_order and best[SectionRole.RELEVANCE] >= LEAST_LIMITS and max(scores[-1].values()) < LITTLE
        enough = 0 if in_its_place else LEAST_LIMITS_OF_EXTRACT if in_order else LEAST_LIMITS
        return limits >= CLEAR_LIMITS or (limits >= enough and rest >= LEAST_LIMITS)
    least = max(best[SectionRole.RELEVANCE], best[SectionRole.FINDINGS] if len(roles) == 1 else 0)
    return len(roles) <= len(_ORDER) and least >= (LEAST_RELEVANCE_OF_EXTRACT if extract else LEAST_RELEVANCE)


def _why(roles: Sequence[SectionRole], scores: _Scores) -> Why:
    by_words = all(
        role not in _ORDER or scores[place][role] == max(scores[place].values()) for place, role in enumerate(roles)
    )
    return Why.WORDS if by_words else Why.ORDER


def _doubts(best: _Guess, guesses: Sequence[_Guess], scores: _Scores, *, extract: bool) -> tuple[Doubt, ...]:
    """The parts that another guess, nearly as good, reads as something else; the usual order is believed longer."""
    found: dict[int, Doubt] = {}
    for place, role in enumerate(best.roles):
        rivals = (guess for guess in guesses if guess.roles[place] is not role)
        near = [guess for guess in rivals if best.worth - guess.worth < _margin(best, guess, place, extract=extract)]
        if near:
            rival = max(near, key=lambda guess: guess.worth)
            found[place] = Doubt(place, role, rival.roles[place])
    for place in _unclear_limits(best, found, scores):
        found[place] = Doubt(place, SectionRole.CONSIDERATIONS, next(iter(found.values())).likely)
    return tuple(found[place] for place in sorted(found))


def _unclear_limits(best: _Guess, doubts: Mapping[int, Doubt], scores: _Scores) -> list[int]:
    """Limits that cannot be told beside other parts in doubt: those may be the limits.

    So they are where they say little of their own, and where a part in doubt stands behind them.
    """
    limits = [place for place, role in enumerate(best.roles) if role is SectionRole.CONSIDERATIONS]
    rest = [place for place in limits if place not in doubts]
    about_limits = [one for one in doubts.values() if SectionRole.CONSIDERATIONS in {one.likely, one.rival}]
    says = sum(scores[place][SectionRole.CONSIDERATIONS] for place in rest)
    is_behind = bool(limits) and any(place > limits[-1] for place in doubts)
    return rest if is_behind or (about_limits and says < CLEAR_LIMITS) else []


def _margin(best: _Guess, rival: _Guess, place: int, *, extract: bool) -> float:
    if extract and rival.roles == _ORDER:
        return CLEARLY_INCOMPLETE
    if rival.is_in_order and not best.is_in_order:
        return CLEARLY_OUT_OF_ORDER
    return CLEARLY if SectionRole.CONSIDERATIONS in {best.roles[place], rival.roles[place]} else CLEARLY_BUT_LIMITS
