"""What a title says when something no longer holds: the forms of retractions, corrections and concerns.

A notice is words of publishing beside the title of something else. What stands beside them tells it from research
about the same words: a title begins anew ("Withdrawal: Walking speed in adults"), a subtitle goes on ("withdrawal:
what happens after it"); a notice is about one paper ("Retraction of “Title”"), research about many ("Retracted papers
in neurology") or about a body, a drug, a measure ("Full correction of anaemia").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from digest.models import Amendment
from digest.noticewords import (
    CORE,
    DONE,
    DONE_ABROAD,
    LABEL,
    MANY,
    NOTE,
    NOTHING_ELSE,
    PERSON,
    PRINTED,
    PUT_RIGHT_ABROAD,
    TAKEN_BACK_ABROAD,
    TAKES_BACK,
    WEAK,
)

#: Characters of a title that are looked at.
_LONGEST_TITLE = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """That something no longer holds."""

    kind: Amendment
    #: The title of what it is about, as printed; empty where it names none, as a note on its own text.
    about: str = ""
    #: False where the same words may be the title of research.
    sure: bool


# --- what stands around them -------------------------------------------------------------------------------

_WHOLE = re.compile(rf"{LABEL}s?", re.IGNORECASE)
_FIRST = re.compile(rf"(?:an? |the )?{LABEL}(?![\w’'-])", re.IGNORECASE)
_LAST = re.compile(
    rf"(?:\s?[:|]\s?|\s(?:[-–—/]|--)\s|\s?—\s?|[.?!;]\s)(?P<article>an? )?{LABEL}"
    r"(?P<in>\s(?:in|of):?\s[^:]{4,200})?\.?$",
    re.IGNORECASE,
)
#: Capitals need no sign in front of them: "Title RETRACTED".
_SHOUTED_LAST = re.compile(rf"[,;]?\s{LABEL}\.?$", re.IGNORECASE)
_BRACKETED = re.compile(rf"[(\[{{]\s?{LABEL}(?P<rest>\s?[:.,;]?[^()\[\]{{}}]{{0,200}})[)\]}}]", re.IGNORECASE)
_ALL_IN_BRACKETS = re.compile(r"[\[(]([^\[\]()]{1,600})[\])]\.?")
_SEPARATED = re.compile(r"(?:\s?[:|]\s?|\s[-–—]\s|\.\s|\s?[-–—]{2}\s?|\s?—\s?|–(?=[A-Z\d“\"«]))(?=\S)")
_PREPOSITION = re.compile(
    r"\s(?P<way>of|to|for|on|in|regarding|concerning|re|about|from|zu[mr]?|à|au|de|du|di|del|della|al?|van|bij|till?)"
    r"(?=[:\s“\"‘'«„])\s?(?P<colon>:)?\s?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"‘'«„]\s?(.{10,500}?)\s?[”\"’'»“](?=[\s.,;:)\[(]|$)")
_AUTHORS = re.compile(r"(?:[^\s,]{1,40},? ){1,4}et al\.?,?:?\s", re.IGNORECASE)
#: What notices put between their word and the colon: a date, a number, the whole reason.
_DATED = re.compile(
    r"\s?[(\[]?[^()\[\]:|]{0,30}\b(?:19|20)\d\d[)\]]?(?=\s?[:|]|\s[–—-]\s)|\s?(?:#|no\.? ?)?\d{1,2}(?=\s?:)"
)
_REASON = re.compile(
    r"(?:\s?\([^():]{1,80}\)|\s(?:as|by|at|due to|because|for|after|following|on|over)\s[^:|]{1,80}?)"
    r"(?=\s?[:|]\s|\s[–—]\s)",
    re.IGNORECASE,
)
_OF_PUBLISHING = re.compile(
    r"duplicat|author|editor|publish|journal|request|plagiar|\berrors?\b|misconduct|fraud|fabricat|falsif|\b20\d\d\b",
    re.IGNORECASE,
)
#: A journal's place, which names volumes, pages or a DOI besides the year.
_PLACE = re.compile(
    r"\b(?:1[89]|20)\d\d\b[^\w\s]{0,2}\s?[;:]\s?\w|\(\d{4}\)\s?\d|\bvol\b|\bpp?\b\.?\s?\d|\b10\.\d{4}|\bdoi\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ITSELF = re.compile(
    r"(?:an?|the|this|that|our|your)?\s?(?:published\s)?(?:study|studies|article|paper|publication|report|trial|manuscript)s?",
    re.IGNORECASE,
)
#: A subtitle, which says what is done with the word in front of the colon.
_SUBTITLE = re.compile(
    r"(?:(?:how|what|why|when|where|who|which|whether|do|does|is|are|can|should|reasons?|causes?|lessons?|prevalence"
    r"|frequency|results?|findings?|evidence|insights?|implications?|challenges?|experiences?|strategies|techniques?"
    r"|methods?|friend|from|in|by|and|or|not|towards?)\b"
    r"|(?:an? |the )?(?:[\w-]{1,20} ){0,3}(?:review|analysis|survey|overview|primer|guide|look|cross-sectional study"
    r"|case report|case series|meta-analysis|perspective)\b)",
    re.IGNORECASE,
)
_ONLY_A_KIND = re.compile(
    r"(?:an? |the )?(?:[\w-]{1,20} ){0,4}(?:review|analysis|meta-analysis|survey|overview|study|report|series|trial)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:how|what|why|when|where|who|which|whether|if|after|do|does|should|can|once)\b", re.IGNORECASE
)
_PAPER = r"(?:study|paper|article|trial|report|review|preprint|publication|manuscript)"
#: "Title has been retracted", "Journal retracts study: Title", "Study of vitamin D retracted".
_TOLD_BEHIND = re.compile(
    r"\s(?:has been|have been|was|is|are|were|a été|wurde|ha sido|foi|è stato) (?:now |hereby |formally |officially )?"
    rf"(?P<word>retracted|withdrawn|corrected|{DONE_ABROAD})"
    r"(?: (?:by|due to|because of|over|after|from) [^:]{1,100})?\.?$",
    re.IGNORECASE,
)
_TOLD_BEFORE = re.compile(
    rf"[\w’'&.-]{{2,30}}(?: [\w’'&.-]{{1,30}}){{0,6}}? (?P<word>retracts?|withdraws?|pulls?) "
    r"(?:(?:an?|the|its|their|his|her|our) )?"
    rf"(?:[\w-]{{1,30}} ){{0,3}}?(?P<what>{_PAPER})\b",
    re.IGNORECASE,
)
_TOLD_WITHOUT_VERB = re.compile(
    rf"(?:(?:the|an?|this|one) )?(?:[\w-]{{1,30}} ){{0,3}}?{_PAPER}\b.{{0,400}}\sretracted\.?", re.IGNORECASE
)
#: "Notice: …", in front of a form of its own.
_INTRODUCED = re.compile(
    rf"(?:{PERSON} )?(?:notice|note|update|news|important|attention|alert|warning|breaking)\s?[:–—-]\s", re.IGNORECASE
)
#: Words that make a notice of whatever stands around a title that is known.
_ANYWHERE = re.compile(
    r"\b(?:retract(?:s|ed|ions?|ing)?|withdrawn|withdraws|corrigend(?:um|a)|errat(?:um|a)|of (?:editorial )?concern"
    r"|(?:duplicate|redundant) publication|(?:been|was|is) (?:removed|corrected)"
    rf"|{TAKEN_BACK_ABROAD}|{PUT_RIGHT_ABROAD})\b",
    re.IGNORECASE,
)
#: A title before ": Retraction" that is no part of the body has as many words.
_FEWEST_WORDS = 5

_PICTURES = re.compile(r"\s?[\u2300-\u2bff\U0001f000-\U0001faff\ufe0f\u20e3\u200d]{1,9}\s?")
_MARK = r"[*_~`=#!<>|/\\\"“”–—-]"
_MARKED_FIRST = re.compile(rf"{_MARK}{{1,5}}\s?([^*_~`=#!<>|/\\\"“”]{{4,120}}?)\s?{_MARK}{{1,5}}\s?(?=\S)")
#: A sign that is a colon behind capitals alone: "RETRACTED/Title", but not "Withdrawal-related".
_SHOUTED_SIGN = re.compile(
    r"((?:RETRACTED|RETRACTION|WITHDRAWN|WITHDRAWAL|CORRECTED|ERRATUM)(?: [A-Z]{4,12})?)\s?[-/!;]{1,3}\s?(?=\S)"
)
_MARKED_LAST = re.compile(r"[\s:]([*_~`=#!<>]{1,5})\s?([^*_~`=#!<>]{4,120})\1$")
#: Other scripts' brackets and colon.
_SAME_SIGNS = str.maketrans("\u3010\u3011\u3014\u3015\uff3b\uff3d\uff08\uff09\uff1a", "[][][]():")
_TWO_BRACKETS = re.compile(r"\[\[([^\[\]]{1,120})\]\]|\(\(([^()]{1,120})\)\)")
#: What goes on behind a mark with where and when: "[Retraction of 2026]".
_DETAIL = re.compile(r"(?:of|in|to|by|see|from|on|for|published|issued|dated|as|due|at|(?:19|20)\d\d)\b", re.IGNORECASE)


def notice_in(title: str) -> Notice | None:
    """What a title says to take back or to correct; None where it says nothing of the kind.

    One that only has such a word somewhere is about nothing (`about` is empty), and not sure.
    """
    if not _ANY_CORE.search(title, 0, _LONGEST_TITLE):
        return None
    text = _unmarked(title)
    inside = _ALL_IN_BRACKETS.fullmatch(text)
    text = inside[1].strip() if inside else text
    whole = _WHOLE.fullmatch(text.strip(" .:()[]"))
    if whole:
        return Notice(kind=_kind(whole), sure=True)
    found = _first_of_all(text)
    if found is None or not found.sure:
        begun = _INTRODUCED.match(text)
        again = notice_in(text[begun.end() :]) if begun else None
        found = again if again and again.sure else found
    anywhere = found or _ANYWHERE.search(text)
    return found or (Notice(kind=_kind_of(anywhere[0]), sure=False) if isinstance(anywhere, re.Match) else None)


def kind_around(title: str, told: str) -> Amendment | None:
    """What is said around a title that is known, both reduced to their words; None where it is nothing of the kind."""
    before, found, behind = f" {title} ".partition(f" {told} ")
    if not told or not found or len(told.split()) < _FEWEST_WORDS:
        return None
    said = _ANYWHERE.search(f"{before} | {behind}")
    return _kind_of(said[0]) if said else None


def _first_of_all(text: str) -> Notice | None:
    return _bracketed(text) or _at_its_beginning(text) or _at_its_end(text) or _told(text)


def _unmarked(title: str) -> str:
    """Without pictures, and with brackets for other marks around the words of a notice."""
    text = unicodedata.normalize("NFC", title[:_LONGEST_TITLE]).translate(_SAME_SIGNS)
    text = " ".join(_PICTURES.sub(" | ", text).split()).strip("| ")
    text = _TWO_BRACKETS.sub(r"[\1\2]", text)
    first = _MARKED_FIRST.match(text)
    if first and _FIRST.match(first[1]):
        text = f"[{first[1].strip(' :.')}] {text[first.end() :].lstrip(' :–—-')}"
    text = _SHOUTED_SIGN.sub(r"\1: ", text, count=1) if _SHOUTED_SIGN.match(text) else text
    last = _MARKED_LAST.search(text)
    if last and _WHOLE.fullmatch(last[2].strip(" .:")):
        text = f"{text[: last.start()].rstrip()} [{last[2].strip(' .:')}]"
    return text.strip("*•·«»_ ")


# --- the forms ---------------------------------------------------------------------------------------------


def _bracketed(text: str) -> Notice | None:
    for found in _BRACKETED.finditer(text):
        rest = found["rest"].strip()
        first, last = found.start() == 0, found.end() >= len(text) - 1
        if rest and not ((first or last) and _is_detail(rest)):
            continue
        # In the midst of a title it explains: "Discontinuation [withdrawal] of therapy".
        midst = not first and not last
        if midst and not (found[0][0] == "[" and _word(found) == "corrected") and not _shouts(found):
            continue
        about = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip(" .:-–—")
        dated = bool(_PLACE.search(rest) or _YEAR.search(rest))
        plain = not rest or rest[0] in ":."
        measured = _word(found) == "corrected" and rest[:4].lower() == "for "
        at_once = found[0][0] == "[" and plain and _is_a_notice(found, about)
        sure = dated or at_once or (_says_only_that(found, about) and not measured)
        quoted = _QUOTED.fullmatch(about)
        return Notice(kind=_kind(found), about=quoted[1] if quoted else about or rest.strip(" .:"), sure=sure)
    return None


def _is_detail(rest: str) -> bool:
    return rest[0] in ":.," or _DETAIL.match(rest) is not None


def _at_its_beginning(text: str) -> Notice | None:
    label = _FIRST.match(text)
    if not label:
        return None
    rest = text[label.end() :]
    rest = rest[_passed_over(label, rest) :]
    separated = _SEPARATED.match(rest)
    if separated:
        title = rest[separated.end() :]
        return _about(label, title, sure=_names_a_title(label, title))
    preposition = _PREPOSITION.match(rest)
    if preposition:
        return _behind_preposition(label, preposition, rest[preposition.end() :])
    bracket = _ALL_IN_BRACKETS.fullmatch(rest.strip())
    if bracket:
        long = len(bracket[1].split()) >= _FEWEST_WORDS - 1
        return _about(label, bracket[1], sure=long and _names_a_title(label, bracket[1]))
    if (_shouts(label) and not rest.isupper() and rest[:1].isspace()) or _QUOTED.match(rest.lstrip()):
        return _about(label, rest, sure=True)
    return None


def _passed_over(label: re.Match[str], rest: str) -> int:
    """Characters of the date, number or reason between the words of a notice and the colon."""
    dated = None if _word(label).startswith(("withdrawal", *WEAK)) else _DATED.match(rest)
    reason = _REASON.match(rest)
    of_paper = _word(label) in {"retracted", "retraction"} or (label["paper"] or label["was"] or label["after"])
    if reason and (_OF_PUBLISHING.search(reason[0]) or (of_paper and _word(label) == "retracted")):
        return reason.end()
    return dated.end() if dated else 0


def _behind_preposition(label: re.Match[str], preposition: re.Match[str], rest: str) -> Notice:
    way, one = preposition["way"].lower(), MANY.search(label[0]) is None
    if way != "from" and _ITSELF.fullmatch(rest.strip(" .")):
        return Notice(kind=_kind(label), sure=True)
    sure = bool(preposition["colon"]) or bool(_QUOTED.match(rest) or _AUTHORS.match(rest))
    to_a_paper = way in {"of", "to", "for", "zu", "zum", "zur", "à", "au", "de", "du", "di", "del", "a", "al"}
    only = _word(label).startswith(NOTHING_ELSE) or (way != "on" and _is_of_journals(label))
    return _about(label, rest, sure=sure or (to_a_paper and one and only))


def _at_its_end(text: str) -> Notice | None:
    label = _LAST.search(text) or _SHOUTED_LAST.search(text)
    if not label or not label.start():
        return None
    about = text[: label.start()]
    if label.re is _SHOUTED_LAST:
        alone = _shouts(label) and not about.isupper() and (_is_done(label) or _is_a_paper(label))
        return Notice(kind=_kind(label), about=about.strip("~* "), sure=True) if alone else None
    if label["in"]:
        sure = bool(_PLACE.search(label["in"]) or _YEAR.search(label["in"])) and len(about.split()) >= _FEWEST_WORDS
        return Notice(kind=_kind(label), about=about, sure=sure)
    begins = text[label.end("article") if label["article"] else label.start() :].lstrip(" :|.?!-–—")[:1].isupper()
    capital = begins and _is_a_notice(label, about)
    a_notice = bool(label["article"]) and _word(label) == "retraction" and len(about.split()) >= _FEWEST_WORDS
    return Notice(kind=_kind(label), about=about, sure=capital or a_notice or _says_only_that(label, about))


def _told(text: str) -> Notice | None:
    """A sentence about the paper: "Title has been retracted", "Journal retracts study: Title"."""
    if _QUESTION.match(text):
        return None
    behind = _TOLD_BEHIND.search(text)
    if behind:
        about = text[: behind.start()]
        of_papers = behind["word"].lower().startswith(("retract", "rétract", "retrat", "ritratt"))
        sure = of_papers and len(about.split()) >= _FEWEST_WORDS
        return Notice(kind=_kind_of(behind["word"]), about=about, sure=sure)
    before = _TOLD_BEFORE.match(text)
    if before:
        separated = _SEPARATED.match(text, before.end())
        about = text[separated.end() :] if separated else ""
        of_papers = before["what"].lower() in {"paper", "article", "preprint"}
        sure = of_papers or before["word"].lower().startswith("retract")
        return Notice(kind=Amendment.RETRACTED, about=about, sure=sure)
    return Notice(kind=Amendment.RETRACTED, sure=True) if _TOLD_WITHOUT_VERB.fullmatch(text) else None


def _about(label: re.Match[str], rest: str, *, sure: bool) -> Notice:
    rest = rest.strip(" .:–—-")
    quoted = _QUOTED.match(rest)
    title = quoted[1] if quoted else _without_place(_AUTHORS.sub("", rest, count=1) if _AUTHORS.match(rest) else rest)
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
            place = _PLACE.search(text, at) or (text[at] == "[" and _YEAR.search(text, at))
            return text[:at].rstrip() if at < len(text) - 1 and at and place else title
    return title


# --- what they mean ----------------------------------------------------------------------------------------


def _word(label: re.Match[str]) -> str:
    return (label["noun"] or label["core"] or label["was"] or label["fut"]).lower()


def _kind(label: re.Match[str]) -> Amendment:
    """Withdrawn is what was withdrawn as a whole and for good."""
    in_part = re.search(r"\b(?:partial|temporar|in part)", label[0], re.IGNORECASE)
    return Amendment.CORRECTED if in_part else _kind_of(_word(label))


def _kind_of(word: str) -> Amendment:
    return Amendment.RETRACTED if TAKES_BACK.search(word) else Amendment.CORRECTED


def _shouts(label: re.Match[str]) -> bool:
    words = label[0].strip("[](){}:,; .")
    return words.isupper()


def _is_a_paper(label: re.Match[str]) -> bool:
    """Whether the words name a publication: "retraction notice", "notice of retraction", "retracted article".

    People withdraw from a study, so the word tells nothing beside a noun: "study withdrawal".
    """
    if label["paper"] or label["was"] or label["fut"] or (label["after"] or "").strip():
        return True
    before = (label["before"] or "").lower()
    return re.search(rf"\b{PERSON}|\b{PRINTED}", before) is not None or ("study" in before and _is_done(label))


def _is_of_journals(label: re.Match[str]) -> bool:
    """Whether only journals speak so, also in front of "of": "author correction", "retraction note", no "removal"."""
    word = _word(label)
    if word.startswith(("withdraw", *WEAK)) and not re.search(NOTE, label["after"] or "", re.IGNORECASE):
        return False
    if label["paper"]:
        return word.startswith(("retract", *NOTHING_ELSE, "expression", "rétract"))
    person = re.search(rf"\b{PERSON}\b", label["before"] or "", re.IGNORECASE)
    return bool(person or re.search(rf"\b{NOTE}\b", label["after"] or "", re.IGNORECASE))


def _is_done(label: re.Match[str]) -> bool:
    return DONE.fullmatch(_word(label)) is not None


def _names_a_title(label: re.Match[str], rest: str) -> bool:
    """Whether the words behind the colon are another paper's title, and no subtitle of this one."""
    if _QUOTED.match(rest) or (_shouts(label) and not rest.isupper() and _is_done(label)):
        return True
    word, first = _word(label), rest.split()[0].strip("“\"‘'«„([,;:")
    many = MANY.search(label[0]) is not None
    if _ONLY_A_KIND.fullmatch(rest.strip(" .")):
        return False
    if first.isalpha() and first.islower():
        done = _is_done(label) and not word.startswith(WEAK)
        begun = done or word.startswith(("retract", "expression", *NOTHING_ELSE))
        article = first in {"a", "an", "the"} and _is_done(label) and not many
        this = bool(label["was"] or label["fut"]) and not label[0].lower().startswith("the study")
        return this or article or (begun and not _SUBTITLE.match(rest) and not many)
    if many or word.startswith(("withdrawal", "duplicate", "redundant")):
        by_degrees = word.startswith("withdrawal") and (label["before"] or "").lower().startswith(("full", "partial"))
        return not by_degrees and not _SUBTITLE.match(rest)
    if word.startswith(WEAK):
        temporary = "tempor" in label[0].lower()
        return (temporary or _is_a_paper(label)) and not _SUBTITLE.match(rest)
    return True


def _is_a_notice(label: re.Match[str], about: str) -> bool:
    """Beside a title of some words, where the form leaves little doubt: "Title: Retraction", "[Correction] Title"."""
    word = _word(label)
    weak = word.startswith(WEAK) or (word.startswith("withdrawal") and label[0][:1] != "[")
    return len(about.split()) >= _FEWEST_WORDS and not weak and (not MANY.search(label[0]) or _is_a_paper(label))


def _says_only_that(label: re.Match[str], about: str) -> bool:
    """Also in small letters behind a title: "Title: retracted", but not "Eyelids: retraction" or "Drug: withdrawn"."""
    word, long = _word(label), len(about.split()) >= _FEWEST_WORDS
    if word.startswith((*NOTHING_ELSE, "retracted", "expression", "rétract")):
        return True
    return (_is_a_paper(label) and not (word.startswith(WEAK) and not long)) or (_is_done(label) and long)


#: Whether any of the words stands there at all, which they nearly never do.
_ANY_CORE = re.compile(rf"{CORE}|concern|retracts?\b|withdraws?\b|pulls?\b|violation", re.IGNORECASE)
