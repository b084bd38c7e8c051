"""The words we print: easy enough to read, no promise the study does not make, the limits and the source with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from digest.checks.flaws import Flaw, Rule, Severity
from digest.edition import printed
from digest.edition.wording import safe_url, shortened
from digest.models import Bullets, IssueItem, Kind, Length, SectionRole

#: Words of a headline that promise more than one study can hold.
_OVERSTATED = re.compile(
    r"\b(cures?|cured|curing|breakthroughs?|miracles?|miraculous\w*|game[- ]?chang(?:er|ers|ing)"
    r"|revolution(?:ary|i[sz]\w+)|wonder[- ]drugs?|holy grail|ground[- ]?breaking|magic bullets?|life[- ]changing"
    r"|astonishing|stunning|dramatic(?:ally)?|proves?|proven|guarantee[sd]?)\b",
    re.IGNORECASE,
)
#: Just before such a word it says the opposite.
_DENIED = re.compile(
    r"\b(no|not|never|nor|neither|without|cannot|(?:is|are|was|wo|does|do|ca)n[’']t|far from|hardly|nothing)"
    r"(?:\W+\w+){0,3}\W+$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*[\"”’)\]]*")
_ENDED = re.compile(r"[.!?…:;][\"”’)\]]*$")
#: Below this many words a grade says nothing.
_FEW_WORDS = 8
_HARDEST = 2


def check_headline(item: IssueItem) -> Iterator[Flaw]:
    """A headline that promises too much. A word that is denied ("no cure") is none."""
    headline = item.summary.entry.headline
    for found in _OVERSTATED.finditer(headline):
        if not _DENIED.search(headline[: found.start()]):
            yield Flaw(
                rule=Rule.OVERSTATEMENT,
                severity=Severity.WARNING,
                message=f"the headline says “{found[0]}”",
                advice="see whether the study can carry that; if not, ask the source, or leave the item out",
                summary_id=item.summary.id,
            )


def check_sourcing(item: IssueItem) -> Iterator[Flaw]:
    """Research without limits, and anything without a link to what it is about."""
    entry = item.summary.entry
    considerations = entry.section(SectionRole.CONSIDERATIONS)
    if entry.kind is Kind.RESEARCH and not (considerations and considerations.blocks):
        yield Flaw(
            rule=Rule.LIMITS,
            severity=Severity.WARNING,
            message="the mail says “The source names no limits.”",
            advice="look at the original: if it names some, its heading may be unknown to us (sources[].headings)",
            summary_id=item.summary.id,
        )
    if safe_url(entry.url) is None:
        said = f"its link {entry.url[:120]!r} cannot stand in a mail" if entry.url else "it has no link to the original"
        yield Flaw(
            rule=Rule.SOURCE,
            severity=Severity.WARNING,
            message=said,
            advice="give it one in the source, so that readers can see for themselves",
            summary_id=item.summary.id,
        )


def check_readability(item: IssueItem, length: Length, *, limit: float) -> Iterator[Flaw]:
    """Words above a school grade, with the hardest sentences. Only English can be graded.

    Args:
        item: what is printed.
        length: how much of it.
        limit: the highest grade (Flesch-Kincaid, years of school in the United States) without a warning.
    """
    if item.summary.entry.language.lower().split("-")[0] != "en":
        return
    text = _text(item, length)
    found = grade(text) if len(text.split()) >= _FEW_WORDS else 0.0
    if round(found, 1) > limit:
        yield Flaw(
            rule=Rule.READABILITY,
            severity=Severity.WARNING,
            message=f"it reads at school grade {found:.1f}, above {limit:g}; hardest: {_hardest(text, limit)}",
            advice="shorter sentences and everyday words in the source would help; the sense comes first",
            summary_id=item.summary.id,
            lengths=(length,),
        )


def _text(item: IssueItem, length: Length) -> str:
    """The words printed, every point of a list ended like a sentence."""
    lines = (
        line
        for block in printed(item, length)
        for line in (block.items if isinstance(block, Bullets) else (block.text,))
    )
    return " ".join(line if _ENDED.search(line) else f"{line}." for line in map(str.strip, lines) if line)


def _hardest(text: str, limit: float) -> str:
    sentences = (found.strip() for found in _SENTENCE.findall(re.sub(r"(?<=\d)\.(?=\d)", ",", text)))
    graded = sorted(((grade(one), one) for one in sentences if len(one.split()) >= _FEW_WORDS), reverse=True)
    shown = [f"“{shortened(one, 140)}” ({found:.0f})" for found, one in graded[:_HARDEST] if found > limit]
    return " and ".join(shown) or "no sentence by itself, all of them together"


@lru_cache(maxsize=4096)
def grade(text: str) -> float:
    """The school grade of an English text (Flesch and Kincaid, 1975): about the years of school needed to follow it."""
    # Imported late: it takes a sixth of a second, and only the gate needs it.
    from textstat.textstat import textstatistics

    graded = textstatistics()
    # With "en_US" it would fetch a pronouncing dictionary from the internet; so it counts syllables by hyphenation.
    graded.set_lang("en-US")
    # A decimal point ends no sentence.
    return float(graded.flesch_kincaid_grade(re.sub(r"(?<=\d)\.(?=\d)", ",", text)))
