"""What a site prints under each of its summaries, known by what it says.

It speaks of research in general, advises anybody, or offers something, and names no finding of the study.
"""

from __future__ import annotations

import re

from digest.sentences import sentences
from digest.sources.cues import begins, weight

#: What a text must reach to be taken for one about research in general.
ENOUGH = 3.0
#: What a text must have that stands behind other articles' teasers, to be taken for one about the study all the same.
OF_THE_STUDY = 2.0
#: What a short text must have, less what it has of one study, to be taken for an appeal of the site.
AN_APPEAL = 2.0
#: Advice and offers are no longer than this, and no more sentences.
LONGEST_ADVICE = 260
MOST_SENTENCES = 2

#: Advice that speaks of the study is a part of it.
_OF_THE_STUDY = re.compile(
    r"\b(?:stud(?:y|ies)|trials?|findings?|research(?:ers)?|participants|these|until|because|since)\b", re.IGNORECASE
)
#: "Talk to NAME to find out": somebody with a name of their own offers to talk, and it is no doctor.
_NAME = r"[A-Z][\w’'&-]{1,30}"
_OFFER = re.compile(
    rf"^(?:Talk|Chat|Speak) (?:to|with) (?!Your|A |An |The |My|His|Her|Their|Our|Dr\b){_NAME}(?: {_NAME}){{0,3}}"
    rf"(?: (?:to|about|today|now|for|if|when|before|whether|online|any ?time)\b|[.!])"
    rf"|\bAsk {_NAME} (?:whether|if|about|how|what|to)\b"
)


def is_standing(text: str, *, behind_teasers: bool = False) -> bool:
    """True for a paragraph about research in general, or about the site: it names no finding.

    Args:
        text: the paragraph.
        behind_teasers: whether other articles' teasers stand above it, behind which a study seldom goes on.
    """
    general = weight(text, "general")
    if general < ENOUGH and not behind_teasers:
        return False
    specific = weight(text, "specific")
    return general - specific >= ENOUGH or (behind_teasers and specific < OF_THE_STUDY)


def is_advice(text: str) -> bool:
    """True for a paragraph that advises anybody, whatever the study found: "Always discuss…"."""
    return _is_short(text) and not _OF_THE_STUDY.search(text) and begins(text, "advice")


def is_offer(text: str) -> bool:
    """True for a paragraph in which the site offers something of its own."""
    if len(text) > LONGEST_ADVICE:
        return False
    if _is_short(text) and (_OFFER.search(text) is not None or begins(text, "offer")):
        return True
    return weight(text, "appeal") - weight(text, "specific") >= AN_APPEAL


def is_of_site(text: str) -> bool:
    """True for any of these: a paragraph about research in general, advice to anybody, an offer."""
    return is_standing(text) or is_advice(text) or is_offer(text)


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST_ADVICE and len(sentences(text)) <= MOST_SENTENCES
