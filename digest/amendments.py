"""What a source says when something no longer holds: retractions, corrections and concerns.

Journals, PubMed and sites each have their own form: "RETRACTED ARTICLE: Title", "Retraction notice to “Title”",
"Title [Retracted]", "Author Correction: Title" (see `notices`). The same words are used in research: "Withdrawal of
fingolimod and rebound", "Retraction of the eyelid", "Correction of vitamin D deficiency". So a notice is sure where its
form has no other meaning; else only where what it names is the title of a study that is known, or its text says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import ftfy

from digest.models import Amendment, Bullets, Entry
from digest.notices import Notice as Notice
from digest.notices import kind_around
from digest.notices import notice_in as notice_in

#: Characters of a text that are looked at.
_LONGEST_TEXT = 6_000
#: DOIs in a notice's text that are looked at.
_MOST_DOIS = 5
_NOT_IN_WORDS = re.compile(r"[\W_]+")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"|\\^`{}]{1,200}")
#: A heading or a topic of one of these words alone may be about treatments and measures.
_OTHER_TOPICS = ("withdrawal", "remov", "amend", "clarification", "rectification", "addend")
#: What may stand between a paper and what was done to it: its DOI, its title, where it was published.
_WHICH = (
    r"(?:\s?\([^()]{1,120}\)|\s?\[[^\[\]]{1,120}\]|\s?[“\"‘][^”\"’]{1,300}[”\"’]|,?\s(?:doi:?\s?)?10\.\S{1,80}"
    r"|,?\s(?:published|by|in|titled|entitled|which)\s[^.!?]{1,100}?)"
)
#: What a notice's own text says: of a paper, never of what research withdraws, removes or corrects.
_SAYS_SO = re.compile(
    r"\b(?:article|paper|publication|manuscript|preprint|work)"
    rf"{_WHICH}{{0,2}},?\s(?:is|was|has been|had been|is being|is hereby|has now been) (?:hereby |now |formally )?"
    r"(?:retracted|withdrawn|removed|corrected)\b(?! for\b)"
    r"|\b(?:this|the|our) (?:study|trial|report) (?:is|was|has been) (?:hereby |now |formally )?retracted\b"
    r"|\bthis study (?:is|was|has been) withdrawn (?:by|at the request)\b"
    r"|\b(?:retract|withdraw)(?:s|ing|ed|n)? (?:the|this|our|their) (?:\w{1,20} )?"
    r"(?:article|paper|publication|manuscript)\b"
    r"|\b(?:author|publisher|editor)s? (?:wish(?:es)? to |would like to )?(?:regret|apologi[sz]e|retract"
    r"|correct(?=s? (?:the|an?|this|their|errors?)\b))s?\b"
    r"|\bshould (?:instead )?(?:have )?read\b[^.!?]{0,12}[:“\"‘]"
    r"|\bshould have (?:read|been (?:listed|given|spelled|cited))\b"
    r"|\bin the original (?:article|version|paper|publication)\b|\bversion of (?:this|the) (?:article|paper)\b",
    re.IGNORECASE,
)


def plain_title(headline: str) -> str:
    """A headline reduced to its words: repaired, NFKC, lower case, one space for all that is neither letter nor digit.

    The same for two typings of one title; empty for a headline without words.
    """
    text = unicodedata.normalize("NFKC", ftfy.fix_encoding(headline)).replace("\N{SOFT HYPHEN}", "")
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return _NOT_IN_WORDS.sub(" ", unicodedata.normalize("NFKC", text.casefold())).strip()


def notice_of(entry: Entry) -> Notice | None:
    """What an entry's headline says, and how sure it is by the entry's own text."""
    notice = notice_in(entry.headline)
    if notice is None or notice.sure or not notice.about:
        return notice
    return replace(notice, sure=_SAYS_SO.search(text_of(entry)) is not None)


def is_notice(entry: Entry) -> bool:
    """Whether it surely tells of a retraction or a correction, and so is no research."""
    notice = notice_of(entry)
    return notice is not None and notice.sure


def named_dois(entry: Entry) -> tuple[str, ...]:
    """The DOIs that the text of a notice names besides its own, lower case: of what it takes back or corrects."""
    found = (one.rstrip(".,;:)]”’'").lower() for one in _DOI.findall(text_of(entry)))
    return tuple(dict.fromkeys(doi for doi in found if doi != entry.doi))[:_MOST_DOIS]


def amendment(before: Entry | None, after: Entry, *, told: str = "") -> Amendment | None:
    """Whether a new text says that what was told before no longer holds; None when it does not say so.

    Only what titles, headings and topics of the source say in the usual words counts, and only where the text before
    did not say it: a person decides what it means.

    Args:
        before: the text as it was; None for another summary of a study that is known.
        after: the text as it is now.
        told: the headline under which it was told.
    """
    said = set(_kinds(before, "")) if before else set[Amendment]()
    found = set(_kinds(after, before.headline if before else told)) - said
    return next((kind for kind in (Amendment.RETRACTED, Amendment.CORRECTED) if kind in found), None)


def _kinds(entry: Entry, told: str) -> Iterator[Amendment]:
    notice = notice_of(entry)
    if notice and (notice.sure or _names(notice, told)):
        yield notice.kind
    elif notice and (around := kind_around(plain_title(entry.headline), plain_title(told))):
        yield around
    labels = (*entry.tags, *(section.heading or "" for section in entry.sections))
    for label in filter(None, labels):
        notice = notice_in(label)
        if notice and notice.sure and not label.strip(" .:").lower().startswith(_OTHER_TOPICS):
            yield notice.kind


def _names(notice: Notice, told: str) -> bool:
    about, title = plain_title(notice.about), plain_title(told)
    return bool(title) and (about == title or about.startswith(f"{title} "))


def text_of(entry: Entry) -> str:
    """What an entry's sections say, in one line, as far as such texts are looked at."""
    blocks = (block for section in entry.sections for block in section.blocks)
    return " ".join(" ".join(one.items) if isinstance(one, Bullets) else one.text for one in blocks)[:_LONGEST_TEXT]
