"""Topics that were printed with nothing between them, told apart: `B cellsIgAmultiple sclerosisfatigue`.

Two things tell: how words are written (a capital behind small letters), and which topics are known. Of all ways to cut
a run the one is taken in which most of it is known, in the fewest parts. Where a word is parted by what is known on one
side alone, the other must look like a word of its own: `electro|physiology` does not. What nobody can tell stays whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

#: Characters of a run of topics that are looked at.
LONGEST_RUN = 2_000
#: A known single word with fewer letters may be a part of any other, so what stands beside it must be known, too.
LONG_WORD = 7
#: Letters of an unknown word beside known words at the least, and beside a single known one.
SHORTEST_WORD, SHORTEST_BESIDE_ONE = 4, 6
#: Letters of an acronym that may stand beside an unknown word whose own writing says where it begins or ends.
ACRONYM = 3
#: What a part costs that is known; known but for its plural; and each border that is left uncut in one that is not.
_KNOWN, _NEARLY, _UNCUT = 1.0, 2.5, 2.0

#: What words begin with that are no words of their own; "o" at the end says the same: neuro-, immuno-, psycho-.
_BEGINNINGS: Final = frozenset(
    (
        *(
            "anti",
            "auto",
            "cross",
            "counter",
            "extra",
            "fore",
            "hand",
            "hemi",
            "hyper",
            "infra",
            "inter",
            "intra",
            "mega",
        ),
        *("meta", "mid", "mini", "mis", "mono", "multi", "non", "out", "over", "para", "peri", "poly", "post", "pre"),
        *("quasi", "semi", "sub", "super", "supra", "tele", "trans", "ultra", "under", "uni", "wheel"),
    )
)
_WORDS_IN_O: Final = frozenset({"vertigo", "placebo", "vitro", "vivo", "ego", "zero", "tempo", "tango", "lupo"})
#: What words end with.
_ENDINGS: Final = re.compile(
    r"(?:at)?(?:able|ability|abilities|al|ally|ary|ate|ated|ation|ations|ative|ator|ed|er|ers|ful|fully|ic|ical|ically)"
    r"|ics|ing|ings|ism|ist|ists|itis|ity|ive|ively|ization|isation|ized|ised|less|like|ly|ment|ments|ness|osis|ous|ship"
    r"|based|dependent|derived|free|friendly|induced|mediated|naive|negative|positive|related|resistant|specific|wide"
    r"|genesis|genic|logical|logist|logists|logy|ology|pathy|phobia|rates?|scores?|stem|stream|type|types|care|giver|work",
    re.IGNORECASE,
)
#: A word as far as it is written in small letters, from its beginning and up to its end.
_WORD_BEGUN = re.compile(r"[^\W\d_][a-zß-öø-ÿ]{0,40}")
_WORD_ENDED = re.compile(r"(?<![a-zß-öø-ÿ])[^\W\d_]?[a-zß-öø-ÿ]{1,40}$")
_CAPITALISED = re.compile(r"[A-Z][a-z]{3}")
_CODE_ENDED = re.compile(r"[A-Z]{2}\d{1,2}$")
_HYPHENS: Final = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
#: Words whose capitals stand inside them; where one is glued, its own borders are the topic's.
_MIXED = re.compile(
    r"Ig[AGMED]\d?|(?:mi|si|nc|lnc|circ|sn|sc|mt|cf|ct|ds|ss|m|t|r|c)(?:RNA|DNA)s?(?![a-z])|NfL|CpG|TNF[αβ]"
    r"|IFN[‐-]?[αβγ]"
)
#: Names with a capital inside, and beginnings of names: there no topic begins.
_NAMES = re.compile(
    r"(?:Ma?c|De|Van|Le|La|O'|Fitz)(?=[A-Z][a-z])|Astra(?=Zeneca)|Bio(?=N[Tt]ech|Bank|Gen)|Boehringer(?=Ingelheim)"
    r"|Chat(?=GPT)|Clinical(?=Trials)|Euro(?=Qo[Ll])|Fit(?=Bit)|Free(?=Surfer)|Gen(?=Bank)|Glaxo(?=Smith)|Smith(?=Kline)"
    r"|Good(?=Rx)|Health(?=Kit|Unlocked)|Linked(?=In)|Med(?=DRA|Line)|Opti(?=Nose|Track)|Patients(?=Like)|Like(?=Me)"
    r"|Physio(?=Net)|Pub(?=Med)|Sense(?=Cam)|Sci(?=Hub)|Smart(?=Care|Watch)|Synth(?=Seg)|Uni(?=Prot)|Web(?=MD)"
    r"|Whats(?=App)|You(?=Tube)|[a-z]?[Tt]ele(?=[A-Z])|[Nn]euro(?=[A-Z])|[Ii]mmuno(?=[A-Z])|[Cc]yber(?=[A-Z])"
)
_BORDERS = tuple(
    re.compile(pattern)
    for pattern in (
        # cells|IgA, sclerosis|MRI: three small letters, since `IgA`, `NfL` and `CoV` have fewer
        r"(?<=[a-z]{3})(?=[A-Z])",
        # CD20|multiple: four small letters; capitals alone say nothing (`MRIfatigue`, `MSBrain`)
        r"(?<=[A-Z]\d)(?=[a-z]{4})|(?<=[A-Za-z]\d\d)(?=[a-z]{4})|(?<=[A-Za-z]-\d\d)(?=[a-z]{4})",
        # CD20|Brain, but not 7Tesla
        r"(?<=[A-Za-z]\d)(?=[A-Z][a-z]{2})|(?<=[A-Za-z]\d\d)(?=[A-Z][a-z]{2})|(?<=-\d\d)(?=[A-Z][a-z]{2})",
        # vitamin D|Cholecalciferol
        r"(?<=[a-z] [A-Z])(?=[A-Z][a-z]{3})",
        # TNFα|fatigue, IFNβ|IL-6
        r"(?<=[A-Z]{2}[α-ω])(?=[a-z]{4}|[A-Z]{2}|[A-Z][a-z]{2})",
    )
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A known topic as it is looked for."""

    text: str
    cost: float
    #: Whether the word beside it may be unknown: it is long, or several words.
    strong: bool
    #: Letters that an unknown word beside it must have.
    beside: int
    #: As it is printed: an acronym means nothing in small letters.
    exact: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """The cheapest way to cut a run up to some place."""

    cost: float
    cuts: tuple[int, ...] = ()
    #: The known topic that ends there; None where the part that does is unknown.
    last: _Phrase | None = None


def unglued(run: str, *, vocabulary: Iterable[str] = (), sure: bool = False) -> list[str]:
    """A run of topics parted where one ends and the next begins; the whole run where nobody can tell.

    Args:
        run: as printed.
        vocabulary: topics that are known, in any case and with any hyphen: those of the tree, and what other documents
            of the source print.
        sure: part it only where all that it is made of is known.
    """
    run = run[:LONGEST_RUN]
    known = _occurrences(run, _phrases(tuple(vocabulary)))
    cuts = _best_cuts(run, set() if sure else _borders(run, known), known, sure=sure)
    return [run[start:end] for start, end in pairwise([0, *cuts, len(run)])]


# --- borders that can be seen ------------------------------------------------------------------------------


def _borders(run: str, known: Mapping[int, list[tuple[int, _Phrase]]]) -> set[int]:
    seen = {found.start() for pattern in _BORDERS for found in pattern.finditer(run)}
    seen |= _behind_brackets(run) | _mixed_borders(run)
    seen -= {cut for found in _MIXED.finditer(run) for cut in range(found.start() + 1, found.end())}
    seen -= {found.end() for found in _NAMES.finditer(run)}
    seen -= {0, len(run)}
    ends = {end for spans in known.values() for end, _ in spans}
    # One name with a capital inside is a name, as long as nothing says that it is two topics.
    return set() if len(seen) == 1 and not seen & (ends | known.keys()) and _is_in_name(run, *seen) else seen


def _is_in_name(run: str, cut: int) -> bool:
    word = re.search(r"(?:^|(?<=[\s-]))[A-Z][a-z]{1,30}$", run[max(0, cut - 32) : cut])
    return word is not None and re.match(r"[A-Z][a-z]{1,30}(?![^\W\d_])", run[cut:]) is not None


def _behind_brackets(run: str) -> set[int]:
    """Behind "(MS)", which stands behind a space, and not behind "25(OH)"."""
    cuts: set[int] = set()
    opened: list[int] = []
    for place, letter in enumerate(run):
        if letter == "(":
            opened.append(place)
        elif letter == ")" and opened:
            start = opened.pop()
            if run[max(0, start - 1) : start].strip() == "" and run[place + 1 : place + 2].isalnum():
                cuts.add(place + 1)
    return cuts


def _mixed_borders(run: str) -> set[int]:
    cuts: set[int] = set()
    for found in _MIXED.finditer(run):
        before, after = run[max(0, found.start() - 2) : found.start()], run[found.end() : found.end() + 3]
        if re.fullmatch(r"[a-z\d)][a-z]", before):
            cuts.add(found.start())
        if re.match(r"[a-z]{3}|[A-Z][a-z]{2}", after):
            cuts.add(found.end())
    return cuts


# --- topics that are known ---------------------------------------------------------------------------------


#: Characters by which known topics are looked up; none is shorter.
_LOOKED_UP: Final = 2


@lru_cache(maxsize=8)
def _phrases(vocabulary: tuple[str, ...]) -> Mapping[str, Sequence[_Phrase]]:
    """Known topics by their first two characters."""
    made: dict[str, _Phrase] = {}
    for phrase in vocabulary:
        text = _folded(phrase.strip())
        exact = sum(map(str.isupper, text)) > 1 or (text.isupper() and len(text) > 1)
        text = text if exact else text.lower()
        several = " " in text or "-" in text
        strong = len(text) >= (LONG_WORD - 2 if several else LONG_WORD)
        beside = SHORTEST_WORD if several else SHORTEST_BESIDE_ONE
        for form, cost in _forms(text):
            held = made.get(form)
            if held is None or cost < held.cost:
                made[form] = _Phrase(form, cost, strong, beside, exact)
    found: dict[str, list[_Phrase]] = {}
    for one in made.values():
        found.setdefault(one.text[:_LOOKED_UP], []).append(one)
    return found


def _forms(text: str) -> Iterator[tuple[str, float]]:
    """A topic, and how it reads where there are several of it or one."""
    if len(text) < _LOOKED_UP:
        return
    yield text, _KNOWN
    if len(text) >= LONG_WORD or " " in text:
        yield (f"{text[:-1]}ies" if text.endswith("y") else f"{text}s"), _NEARLY
        if text.endswith("s") and not text.endswith("ss"):
            yield text[:-1], _NEARLY


def _occurrences(run: str, phrases: Mapping[str, Sequence[_Phrase]]) -> dict[int, list[tuple[int, _Phrase]]]:
    """Where known topics begin: where each ends. Only places where the run may be cut count."""
    printed = _folded(run)
    small = printed.lower()
    if not len(small) == len(printed) == len(run):
        return {}
    found: dict[int, list[tuple[int, _Phrase]]] = {}
    for start in range(len(run) - 1):
        heads = dict.fromkeys((printed[start : start + _LOOKED_UP], small[start : start + _LOOKED_UP]))
        begun = [
            (start + len(one.text), one)
            for head in heads
            for one in phrases.get(head, ())
            if (printed if one.exact else small).startswith(one.text, start)
        ]
        ended = [(end, one) for end, one in begun if _may_cut(run, end)]
        if ended and _may_cut(run, start):
            found[start] = ended
    return found


def _may_cut(run: str, place: int) -> bool:
    if place in {0, len(run)}:
        return True
    return (run[place - 1].isalnum() or run[place - 1] == ")") and run[place].isalnum()


# --- the best way ------------------------------------------------------------------------------------------


def _best_cuts(
    run: str, borders: set[int], known: Mapping[int, list[tuple[int, _Phrase]]], *, sure: bool
) -> tuple[int, ...]:
    places = sorted({0, len(run), *borders, *known, *(end for spans in known.values() for end, _ in spans)})
    ways: dict[int, list[_Way]] = {place: [] for place in places}
    ways[0] = [_Way(0.0)]
    #: The cheapest beginning of an unknown part: what it costs but for its length.
    begun: _Way | None = None
    passed = 0
    for place in places:
        if place and begun is not None:
            ways[place].append(_Way(begun.cost + place + _UNCUT * passed, begun.cuts))
        if place in borders:
            passed += 1
        for way in ways[place]:
            if place == 0 or place in borders or (not sure and _goes_on(run, place, way.last)):
                cost = way.cost + 1 - place - _UNCUT * passed
                if begun is None or cost < begun.cost:
                    begun = _Way(cost, (*way.cuts, place))
        for end, phrase in known.get(place, ()):
            before = [
                way
                for way in ways[place]
                if place == 0 or place in borders or way.last or (not sure and _ends(run, place, phrase))
            ]
            if before:
                cheapest = min(before, key=lambda way: way.cost)
                ways[end].append(_Way(cheapest.cost + phrase.cost, (*cheapest.cuts, place), phrase))
    return tuple(cut for cut in min(ways[len(run)], key=lambda way: way.cost).cuts if cut)


def _goes_on(run: str, place: int, last: _Phrase | None) -> bool:
    """Whether an unknown topic may begin behind a known one in the middle of a word."""
    if last is not None and last.exact and len(last.text) >= ACRONYM and _CAPITALISED.match(run, place):
        return True  # MRI|Randomised
    if last is None or not last.strong:
        return False
    word = _WORD_BEGUN.match(run[place : place + 40])
    return word is not None and len(word[0]) >= last.beside and not _ENDINGS.fullmatch(word[0])


def _ends(run: str, place: int, phrase: _Phrase) -> bool:
    """Whether an unknown topic may end in the middle of a word, for a known one to begin."""
    before = run[max(0, place - 40) : place]
    if phrase.exact and len(phrase.text) >= ACRONYM and _CODE_ENDED.search(before):
        return True  # EBNA1|EBV
    if not phrase.strong:
        return False
    if re.search(r"[A-Za-z)-]\d{1,3}$|[α-ω]$|Ig[AGMED]$", before):
        return True
    if re.search(r"[A-Z]{2}$|[A-Z]\d{1,4}[A-Z]$", before):
        return run[place].islower() or run[place + 1 : place + 2].islower()
    word = _WORD_ENDED.search(before)
    small = word[0].lower() if word else ""
    is_word = small in _WORDS_IN_O or not (small.endswith(("o", "oxy", "yl")) or small in _BEGINNINGS)
    return len(small) >= phrase.beside and is_word


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_HYPHENS)
