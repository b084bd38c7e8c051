"""What a source says when something no longer holds: retractions, corrections and concerns, by the words of titles.

Journals, PubMed and sites each have their own form: "RETRACTED ARTICLE: Title", "Retraction notice to “Title”",
"Title [Retracted]", "Author Correction: Title". The same words are used in research: "Withdrawal of fingolimod and
rebound", "Retraction of the eyelid", "Correction of vitamin D deficiency". So a notice is sure where its form has no
other meaning; else only where what it names is the title of a study that is known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

import ftfy

from digest.models import Amendment, Bullets, Entry

#: Characters of a title that are looked at, and of the text below it.
_LONGEST_TITLE = 600
_LONGEST_TEXT = 6_000
#: DOIs in a notice's text that are looked at.
_MOST_DOIS = 5
_NOT_IN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """That something no longer holds."""

    kind: Amendment
    #: The title of what it is about, as printed; empty where it names none, as a note on its own text.
    about: str = ""
    #: False where the same words may be the title of research.
    sure: bool


_BEFORE = (
    r"(?:editorial|editors?['’]?s?|publishers?['’]?s?|authors?['’]?s?|journal|article|paper|manuscript|study"
    r"|partial(?:ly)?|temporar(?:y|ily)|formal|full|published)"
)
_CORE = (
    r"retract(?:ed|ions?)|withdrawn|withdrawals?|remov(?:ed|als?)|correct(?:ed|ions?)|corrigend(?:um|a)|errat(?:um|a)"
    r"|expressions? of concern|addend(?:um|a)|amend(?:ed|ments?)|rectifications?|clarifications?"
)
_AFTER = (
    r"(?:articles?|papers?|publications?|study|manuscripts?|notes?|notices?|statements?|version"
    r"|(?:and|&) (?:republished|republication|replacement|replaced|withdrawal|retraction|correction))"
)
_LABEL = (
    rf"(?:(?P<paper>(?:notice|statement|note|announcement|letter)s? (?:of|on) (?:an? |the )?)(?:{_BEFORE} ){{0,2}}"
    rf"(?P<noun>{_CORE}|concern)(?: {_AFTER}){{0,2}}"
    rf"|(?P<before>(?:{_BEFORE} ){{0,2}})(?P<core>{_CORE})(?P<after>(?: {_AFTER}){{0,2}}))"
)
_WHOLE = re.compile(rf"{_LABEL}s?", re.IGNORECASE)
_FIRST = re.compile(rf"(?:an? |the )?{_LABEL}(?![\w’'-])", re.IGNORECASE)
_LAST = re.compile(rf"(?:\s?[:|]\s?|\s[-–—]\s|[.?!]\s){_LABEL}\.?$", re.IGNORECASE)
_BRACKETED = re.compile(rf"[(\[{{]\s?{_LABEL}(?P<rest>\s?[:.,;]?[^()\[\]{{}}]{{0,200}})[)\]}}]", re.IGNORECASE)
_ALL_IN_BRACKETS = re.compile(r"[\[(]([^\[\]()]{1,600})[\])]\.?")
_SEPARATED = re.compile(r"^(?:\s?[:|]\s?|\s[-–—]\s|\.\s|\s?[-–—]{2}\s?)(?=\S)")
_PREPOSITION = re.compile(
    r"^\s(?:of|to|for|on|in|regarding|concerning|re|about|from)(?=[:\s“\"‘'«])\s?(:)?\s?", re.IGNORECASE
)
_QUOTED = re.compile(r"^[“\"‘'«„](.{10,500}?)[”\"’'»“](?=[\s.,;:)\[(]|$)")
_AUTHORS = re.compile(r"^(?:[^\s,]{1,40},? ){1,4}et al\.?,?:?\s", re.IGNORECASE)
#: A journal's place, which names volumes, pages or a DOI besides the year.
_PLACE = re.compile(
    r"\b(?:1[89]|20)\d\d\b[^\w\s]{0,2}\s?[;:]\s?\w|\(\d{4}\)\s?\d|\bvol\b|\bpp?\b\.?\s?\d|\b10\.\d{4}|\bdoi\b",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"|\\^`{}]{1,200}")
_ITSELF = re.compile(
    r"^(?:an?|the|this|that|our|your)?\s?(?:published\s)?(?:study|studies|article|paper|publication|report|trial|manuscript)s?$",
    re.IGNORECASE,
)
#: Words that name nothing but a notice; those that are a notice's only with more around them than a colon.
_NOTHING_ELSE = ("corrigend", "errat", "addend", "concern")
_WEAK = ("remov", "amend", "rectification", "clarification")
#: A heading or a topic of one of these words alone may be about treatments and measures.
_OTHER_TOPICS = ("withdrawal", "remov", "amend", "clarification", "rectification", "addend")
#: A title before ": Retraction" that is no part of the body has as many words.
_FEWEST_WORDS = 5
#: What a notice's own text says.
_SAYS_SO = re.compile(
    r"\b(?:article|paper|study|publication|manuscript|work)\b[^.!?]{0,80}\b(?:is|are|was|were|been|being|hereby) "
    r"(?:hereby )?(?:retracted|withdrawn|removed|corrected)\b"
    r"|\b(?:retract|withdraw)(?:s|ing|ed)? (?:the|this|our|their) (?:article|paper|publication|manuscript)\b"
    r"|\b(?:author|publisher|editor)s? (?:wish(?:es)? to |would like to )?(?:regret|apologi[sz]e|retract|correct)s?\b"
    r"|\bshould (?:have )?(?:read|been)\b|\bin the (?:original|published) (?:article|version|paper)\b",
    re.IGNORECASE,
)


def plain_title(headline: str) -> str:
    """A headline reduced to its words: repaired, NFKC, lower case, one space for all that is neither letter nor digit.

    The same for two typings of one title; empty for a headline without words.
    """
    text = unicodedata.normalize("NFKC", ftfy.fix_encoding(headline)).replace("\N{SOFT HYPHEN}", "")
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return _NOT_IN_WORDS.sub(" ", unicodedata.normalize("NFKC", text.casefold())).strip()


def notice_in(title: str) -> Notice | None:
    """What a title says to take back or to correct; None where it says nothing of the kind."""
    text = " ".join(title[:_LONGEST_TITLE].split()).strip("*•·«»_ ")
    inside = _ALL_IN_BRACKETS.fullmatch(text)
    text = inside[1].strip() if inside else text
    whole = _WHOLE.fullmatch(text.strip(" .:()[]"))
    if whole:
        return Notice(kind=_kind(whole), sure=True)
    return _bracketed(text) or _at_its_beginning(text) or _at_its_end(text)


def notice_of(entry: Entry) -> Notice | None:
    """What an entry's headline says, and how sure it is by the entry's own text."""
    notice = notice_in(entry.headline)
    if notice is None or notice.sure:
        return notice
    return replace(notice, sure=_SAYS_SO.search(_text_of(entry)) is not None)


def is_notice(entry: Entry) -> bool:
    """Whether it surely tells of a retraction or a correction, and so is no research."""
    notice = notice_of(entry)
    return notice is not None and notice.sure


def named_dois(entry: Entry) -> tuple[str, ...]:
    """The DOIs that the text of a notice names besides its own, lower case: of what it takes back or corrects."""
    found = (one.rstrip(".,;:)]”’'").lower() for one in _DOI.findall(_text_of(entry)))
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
    labels = (*entry.tags, *(section.heading or "" for section in entry.sections))
    for label in filter(None, labels):
        notice = notice_in(label)
        if notice and notice.sure and not label.strip(" .:").lower().startswith(_OTHER_TOPICS):
            yield notice.kind


def _names(notice: Notice, told: str) -> bool:
    about, title = plain_title(notice.about), plain_title(told)
    return bool(title) and (about == title or about.startswith(f"{title} "))


def _text_of(entry: Entry) -> str:
    blocks = (block for section in entry.sections for block in section.blocks)
    return " ".join(" ".join(one.items) if isinstance(one, Bullets) else one.text for one in blocks)[:_LONGEST_TEXT]


# --- the forms ---------------------------------------------------------------------------------------------


def _bracketed(text: str) -> Notice | None:
    for found in _BRACKETED.finditer(text):
        rest = found["rest"].strip()
        at_an_end = found.start() == 0 or found.end() >= len(text) - 1
        detail = rest[:1] in {":", "."} or re.match(r"(?:of|in|to|by|see|from|on|for)\b", rest, re.IGNORECASE)
        if rest and not (at_an_end and detail):
            continue
        if found[0][0] == "(" and not at_an_end and not rest and not _says_only_that(found):
            continue
        about = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip(" .:-–—")
        sure = found[0][0] == "[" or _says_only_that(found) or bool(_PLACE.search(rest))
        return Notice(kind=_kind(found), about=about, sure=sure)
    return None


def _at_its_beginning(text: str) -> Notice | None:
    label = _FIRST.match(text)
    if not label:
        return None
    rest = text[label.end() :]
    separated = _SEPARATED.match(rest)
    if separated:
        return _about(label, rest[separated.end() :], sure=_is_a_paper(label) or not _word(label).startswith(_WEAK))
    preposition = _PREPOSITION.match(rest)
    if preposition:
        rest = rest[preposition.end() :]
        sure = bool(preposition[1]) or _is_a_paper(label) or bool(_QUOTED.match(rest) or _AUTHORS.match(rest))
        if _ITSELF.match(rest):
            return Notice(kind=_kind(label), sure=True)
        return _about(label, rest, sure=sure or _has_no_other_meaning(label))
    if label[0].isupper() and not rest.isupper() and rest[:1].isspace():
        return _about(label, rest, sure=True)
    if _QUOTED.match(rest.lstrip()):
        return _about(label, rest, sure=True)
    return None


def _at_its_end(text: str) -> Notice | None:
    label = _LAST.search(text)
    if not label or not label.start():
        return None
    about = text[: label.start()]
    sure = _word(label).startswith("retraction") and len(about.split()) >= _FEWEST_WORDS
    return Notice(kind=_kind(label), about=about, sure=sure or _says_only_that(label))


def _about(label: re.Match[str], rest: str, *, sure: bool) -> Notice:
    rest = rest.strip(" .:–—-")
    quoted = _QUOTED.match(rest)
    title = quoted[1] if quoted else _without_place(_AUTHORS.sub("", rest))
    # "Retraction: Correction to: Title" is about the title.
    inner = notice_in(title)
    return Notice(kind=_kind(label), about=inner.about if inner and inner.sure and inner.about else title, sure=sure)


def _without_place(title: str) -> str:
    """Without the journal's place behind it: "Title (Journal (2020) 12:3)"."""
    text = title.rstrip(" .")
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in ")]") - (text[at] in "([")
        if depth == 0:
            return text[:at].rstrip() if at < len(text) - 1 and at and _PLACE.search(text, at) else title
    return title


def _word(label: re.Match[str]) -> str:
    return (label["noun"] or label["core"]).lower()


def _kind(label: re.Match[str]) -> Amendment:
    """Withdrawn is what was withdrawn as a whole and for good."""
    in_part = re.search(r"\b(?:partial|temporar)", label[0], re.IGNORECASE)
    takes_back = _word(label).startswith(("retract", "withdraw", "remov"))
    return Amendment.RETRACTED if takes_back and not in_part else Amendment.CORRECTED


def _is_a_paper(label: re.Match[str]) -> bool:
    """Whether the words name a publication: "retraction notice", "notice of retraction", "retracted article"."""
    return bool(label["paper"] or (label["after"] or "").strip() or (label["before"] or "").strip())


def _has_no_other_meaning(label: re.Match[str]) -> bool:
    return _word(label).startswith(_NOTHING_ELSE)


def _says_only_that(label: re.Match[str]) -> bool:
    """Also without anything around it: "Title: Retracted", but not "Eyelids: retraction"."""
    word = _word(label)
    participle = word in {"retracted", "withdrawn", "corrected"} or word.startswith("expression")
    return _is_a_paper(label) or _has_no_other_meaning(label) or participle
