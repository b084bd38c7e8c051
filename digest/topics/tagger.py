"""What a summary is about, and which of its words say so.

Every hit counts by its place: what the headline says once is what the article is about; what the body says once may
be a comparator, a side effect or an aside. A topic is kept when its hits reach the threshold and are not drowned by
those of the heaviest topic. Weights and threshold were chosen by measuring against editors' own tags, index terms
and curated drugs; neighbouring values do nearly as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from digest.models import (
    Block,
    Bullets,
    Entry,
    Evidence,
    Match,
    Paragraph,
    Place,
    Section,
    SectionRole,
    TopicTree,
)
from digest.topics.words import Found, Vocabulary, Word, mended, words_of

#: What one hit counts, and all hits of one topic in one place together.
WEIGHTS: Mapping[Place, float] = {Place.HEADLINE: 4.0, Place.TAGS: 3.0, Place.TAKEAWAY: 1.5, Place.BODY: 1.0}
CEILINGS: Mapping[Place, float] = {Place.HEADLINE: 8.0, Place.TAGS: 6.0, Place.TAKEAWAY: 3.0, Place.BODY: 6.0}
#: A hit after the first characters of the body: by then an article compares, quotes and digresses.
LATE_WEIGHT = 0.25
#: A hint's share of a term's weight. In a headline it still suffices; a source's tag means what it says.
HINT_SHARES: Mapping[Place, float] = {Place.HEADLINE: 0.75, Place.TAGS: 1.0, Place.TAKEAWAY: 0.5, Place.BODY: 0.5}
THRESHOLD = 3.0
#: A topic with a smaller share of the heaviest topic's score is only mentioned.
SMALLEST_SHARE = 0.15

#: Characters of the body that count as the takeaway where a summary has none, and after which hits are late.
_OPENING = 400
_EARLY = 1500
#: Characters read of one summary: ten times the longest seen; a longer one is an attack or a mistake.
_READ = 200_000
#: "fatigueWalking": a capital in mid-word, or a tag as long as a sentence.
_LOOKS_GLUED = re.compile(r"[^\W\d_A-Z][A-Z]|.{40}", re.DOTALL)
_FIRST_LINE = 300
#: Characters before an acronym in which the words it stands for are looked for.
_LONGEST_NAME = 120
#: An acronym that is the first half of a name in capitals.
_COMPOUND = re.compile(r"-[A-Z]{2}")


class Refusal(StrEnum):
    """Why a topic whose words were found does not count."""

    #: Other fields share its words, and nothing says that the text is about the condition.
    CONDITION = "the text does not name the condition"
    WEAK = "mentioned too little"
    #: Another topic fills the text.
    OVERSHADOWED = "mentioned far less than the main topic"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A topic whose words stand in a text."""

    match: Match
    #: None when the text is about the topic.
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a phrase says; a `topic_id` of None names the condition."""

    topic_id: str | None
    hint: bool = False
    #: True where the phrase takes the topic's words out of play.
    excludes: bool = False
    acronym: bool = False


@dataclass(frozen=True, slots=True)
class _Passage:
    place: Place
    text: str
    #: Where it begins, in characters of the body; 0 elsewhere.
    offset: int = 0


@dataclass(slots=True)
class _Reading:
    """What was found in an entry so far."""

    evidence: dict[str, list[Evidence]]
    names_condition: bool = False

    def add(self, meaning: _Meaning, words: str, place: Place, offset: int) -> None:
        weight = WEIGHTS[place] if offset < _EARLY else LATE_WEIGHT
        weight *= HINT_SHARES[place] if meaning.hint else 1.0
        if meaning.topic_id is not None:
            self.evidence.setdefault(meaning.topic_id, []).append(Evidence(words=words, place=place, weight=weight))


class Tagger:
    """Tags summaries by one tree; the vocabulary is built once, when first asked for. Threads may share it."""

    def __init__(self, tree: TopicTree) -> None:
        self._tree = tree

    def tag(self, entry: Entry, *, condition_assumed: bool = False) -> tuple[Match, ...]:
        """What an entry is about, heaviest first; ties by depth in the tree, then by the editors' order.

        Args:
            entry: the entry; its references are not read.
            condition_assumed: True for a source that writes of nothing but the condition.
        """
        findings = self.explain(entry, condition_assumed=condition_assumed)
        return tuple(finding.match for finding in findings if finding.refusal is None)

    def tag_text(self, text: str, *, condition_assumed: bool = False) -> tuple[Match, ...]:
        """The same for a bare text, as `entry_of` reads it."""
        return self.tag(entry_of(text), condition_assumed=condition_assumed)

    def explain(self, entry: Entry, *, condition_assumed: bool = False) -> tuple[Finding, ...]:
        """Every topic whose words stand in an entry, those it is about first, then by weight, each with its reason."""
        reading = self._read(entry)
        assumed = condition_assumed or reading.names_condition
        matches = sorted((_match(topic, hits) for topic, hits in reading.evidence.items()), key=self._rank)
        counted = [match for match in matches if assumed or not self._tree.by_id[match.topic_id].needs_condition]
        heaviest = counted[0].score if counted else 0.0
        findings = [Finding(match=match, refusal=self._refusal(match, heaviest, assumed)) for match in matches]
        return tuple(sorted(findings, key=lambda finding: finding.refusal is not None))

    def explain_text(self, text: str, *, condition_assumed: bool = False) -> tuple[Finding, ...]:
        """The same for a bare text, as `entry_of` reads it."""
        return self.explain(entry_of(text), condition_assumed=condition_assumed)

    def is_about_condition(self, entry: Entry) -> bool:
        """Whether an entry names the condition: a term of it anywhere, or an acronym before the body.

        An acronym in the body proves nothing: other fields use the same letters.
        """
        return self._read(entry).names_condition

    @cached_property
    def _vocabulary(self) -> Vocabulary[_Meaning]:
        return _learned(self._tree)

    def _refusal(self, match: Match, heaviest: float, assumed: bool) -> Refusal | None:
        if not assumed and self._tree.by_id[match.topic_id].needs_condition:
            return Refusal.CONDITION
        if match.score < THRESHOLD:
            return Refusal.WEAK
        return Refusal.OVERSHADOWED if match.score < SMALLEST_SHARE * heaviest else None

    def _rank(self, match: Match) -> tuple[float, int, int]:
        return -match.score, -len(self._tree.lineage(match.topic_id)), self._tree.order[match.topic_id]

    def _read(self, entry: Entry) -> _Reading:
        reading = _Reading({})
        passages = [(passage, mended(passage.text)) for passage in _passages(entry)]
        others = self._meant_otherwise([text for _, text in passages])
        for passage, text in passages:
            words = words_of(text)
            for found in _claimed(self._vocabulary.find(words)):
                first, last = words[found.first], words[found.last - 1]
                if found.payload.topic_id is None and text[first.start : last.end] not in others:
                    reading.names_condition |= _names_condition(found.payload, passage.place, text, first, last)
                reading.add(found.payload, text[first.start : last.end], passage.place, passage.offset + first.start)
            if passage.place is Place.TAGS and _LOOKS_GLUED.search(text):
                self._read_glued(words, reading)
        return reading

    def _meant_otherwise(self, texts: Iterable[str]) -> frozenset[str]:
        """The condition's acronyms that these texts give another meaning: "by mass spectrometry (MS)".

        Words that begin like one of the condition's are its name in another form or language.
        """
        own = tuple(word.key[:4] for term in self._tree.condition_terms for word in words_of(mended(term)))
        spelled = (
            (acronym, _spelled_out(text.partition(f"({acronym})")[0], acronym))
            for text in texts
            for acronym in self._tree.condition_acronyms
            if f"({acronym})" in text
        )
        return frozenset(acronym for acronym, words in spelled if words and not any(map(own.__contains__, words)))

    def _read_glued(self, words: list[Word], reading: _Reading) -> None:
        """Tags printed without separators: what they spell, words found already left out."""
        known = {hit.words.casefold() for hits in reading.evidence.values() for hit in hits if hit.place is Place.TAGS}
        for phrase, meaning in self._vocabulary.find_glued(words):
            reading.names_condition |= meaning.topic_id is None
            if not meaning.excludes and phrase.casefold() not in known:
                reading.add(meaning, phrase, Place.TAGS, 0)


@lru_cache(maxsize=4)
def _learned(tree: TopicTree) -> Vocabulary[_Meaning]:
    """All words of a tree, and what they mean. Kept: it takes longer than tagging a month of summaries."""
    vocabulary: Vocabulary[_Meaning] = Vocabulary()
    for topic in tree.topics:
        groups = (
            (topic.terms, _Meaning(topic.id), False),
            (topic.acronyms, _Meaning(topic.id, acronym=True), True),
            (topic.hints, _Meaning(topic.id, hint=True), False),
            (topic.not_when, _Meaning(topic.id, excludes=True), False),
        )
        for phrases, meaning, exact_case in groups:
            for phrase in phrases:
                vocabulary.add(phrase, meaning, exact_case=exact_case)
    for term in tree.condition_terms:
        vocabulary.add(term, _Meaning(None))
    for acronym in tree.condition_acronyms:
        vocabulary.add(acronym, _Meaning(None, acronym=True), exact_case=True)
    return vocabulary


def entry_of(text: str) -> Entry:
    """A bare text as an entry: its first line is the headline, unless that is as long as a paragraph; the rest body."""
    first, _, rest = text.strip().partition("\n")
    headline, body = (first, rest) if len(first) <= _FIRST_LINE else ("", text)
    sections = (Section(role=SectionRole.BODY, blocks=(Paragraph(body),)),) if body.strip() else ()
    return Entry(source="", guid="", headline=headline, sections=sections)


def _passages(entry: Entry) -> Iterator[_Passage]:
    yield _Passage(Place.HEADLINE, entry.headline[:_READ])
    for tag in entry.tags:
        yield _Passage(Place.TAGS, tag[:_READ])
    has_takeaway = entry.section(SectionRole.TAKEAWAY) is not None
    offset = 0
    for section in entry.sections:
        if section.role is SectionRole.REFERENCES:
            continue
        for text in _texts(section.blocks):
            if offset > _READ:
                return
            if section.role is SectionRole.TAKEAWAY:
                yield _Passage(Place.TAKEAWAY, text[:_READ])
                continue
            yield from _body(text[:_READ], offset, has_takeaway)
            offset += len(text)


def _body(text: str, offset: int, has_takeaway: bool) -> Iterator[_Passage]:
    """A piece of body; its opening stands for the takeaway where there is none, cut at the end of a word."""
    opening = 0 if has_takeaway else max(0, _OPENING - offset)
    if 0 < opening < len(text):
        end = text.find(" ", opening)
        opening = len(text) if end < 0 else end
    if opening:
        yield _Passage(Place.TAKEAWAY, text[:opening])
    if text[opening:]:
        yield _Passage(Place.BODY, text[opening:], offset + opening)


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Bullets):
            yield from block.items
        else:
            yield block.text


def _claimed(found: Iterable[Found[_Meaning]]) -> Iterator[Found[_Meaning]]:
    """What is left when longer phrases have claimed their words; the condition may stand in a topic's phrase.

    A phrase that excludes claims its words only from its own topic.
    """
    excluded: dict[str | None, int] = {}
    seen: set[tuple[int, int, str | None]] = set()
    claim = (0, 0)
    for each in sorted(found, key=_longest_first):
        meaning, span = each.payload, (each.first, each.last)
        if meaning.topic_id is None:
            yield each
        elif meaning.excludes:
            excluded[meaning.topic_id] = max(each.last, excluded.get(meaning.topic_id, 0))
        elif excluded.get(meaning.topic_id, 0) < each.last and (claim[1] < each.last or claim == span):
            claim = span
            if (*span, meaning.topic_id) not in seen:
                seen.add((*span, meaning.topic_id))
                yield each


def _longest_first(found: Found[_Meaning]) -> tuple[int, int, bool, bool]:
    return found.first, -found.last, not found.payload.excludes, found.payload.hint


def _names_condition(meaning: _Meaning, place: Place, text: str, first: Word, last: Word) -> bool:
    if not meaning.acronym:
        return True
    before, after = text[: first.start][-1:], text[last.end :][:1]
    # "LC-MS/MS" is a measuring device, and MS-DOS a program; "MS-related" speaks of the condition.
    is_compound = _COMPOUND.match(text, last.end) is not None
    return place is not Place.BODY and before not in {"-", "/"} and after != "/" and not is_compound


def _spelled_out(before: str, acronym: str) -> list[str]:
    """How the words before an acronym begin whose first letters it is made of; nothing where it is not."""
    keys = [word.key for word in words_of(before[-_LONGEST_NAME:])][-len(acronym) :]
    is_spelled = len(keys) == len(acronym) and all(
        key.startswith(letter.casefold()) for key, letter in zip(keys, acronym, strict=True)
    )
    return [key[:4] for key in keys] if is_spelled else []


def _match(topic_id: str, hits: list[Evidence]) -> Match:
    score = sum(min(CEILINGS[place], sum(hit.weight for hit in hits if hit.place is place)) for place in Place)
    heaviest_first = tuple(sorted(hits, key=lambda hit: -hit.weight))
    return Match(topic_id=topic_id, score=round(score, 2), evidence=heaviest_first)
