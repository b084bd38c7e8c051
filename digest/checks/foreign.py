"""What is no item's own: leftovers of a site's page, another item's headline, and words that stand twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.texts import Printed, Words, holds, lines_of, quoted, sentences_of, words_of
from digest.models import SectionRole

#: The words of links that lead on, in the languages whose sites are read most.
_LEADS_ON = re.compile(
    r"(?:read|learn|see|show|view|discover|load|find out) more|(?:continue|keep) reading"
    r"|(?:read|see|view) (?:the )?(?:full|whole|entire|rest of the) (?:article|story|post|study|summary|text)"
    r"|full (?:article|story)|mehr (?:lesen|erfahren)|weiterlesen|lire la suite|en savoir plus|leer más|seguir leyendo"
    r"|saber más|lees (?:meer|verder)|leggi tutto|continua a leggere|ler mais|saiba mais|läs mer|læs mere|les mer",
    re.IGNORECASE,
)
#: Such words stand in no honest text.
_PRESS_HERE = re.compile(
    r"\b(?:click|tap|press) (?:here|(?:on )?the (?:link|button)\b)|\bhier klicken\b|\bklicken sie hier\b"
    r"|\bcliquez ici\b|\bhaga clic aquí\b|\bclicca qui\b|\bclique aqui\b|\bklik hier\b",
    re.IGNORECASE,
)
#: Whole lines of a page around its text.
_LABEL = re.compile(
    r"(?:you (?:may|might) also (?:like|be interested in)|(?:related|recommended|popular|latest|more) "
    r"(?:articles|posts|stories|news)|article topics|share (?:this|on)(?: (?:article|post|page|story))?|advertisement"
    r"|sponsored|leave a (?:comment|reply)|skip to (?:main )?content|back to (?:top|articles)|all rights reserved"
    r"|(?:sign up|subscribe) (?:for|to) (?:our|the) [\w ]{0,40}newsletter|print this page)\s{0,3}[:.!»›→]{0,3}",  # noqa: RUF001
    re.IGNORECASE,
)
_APPEARED = re.compile(r"the post .{1,300} (?:appeared first on|first appeared on) ", re.IGNORECASE)
#: What WordPress puts after the first words of a post.
_MORE_MARK = re.compile(r"[(\[] ?(?:read )?more ?(?:…|\.{3})? ?[)\]]$", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}, \d{4}"
)
_TRAIL = ' .…!>»›→⟶➔:|)]"”'  # noqa: RUF001
_SENTENCE_ENDS = '.!?…:;|»›”")]'  # noqa: RUF001
#: What may follow such words where they are a link all the same: "Read more about vitamin D".
_GOES_ON = re.compile(r" (?:about|on|in|at|from|here|of|the|this)\b|:")
#: From so many words on another item's headline cannot stand inside a sentence by chance; nor as a sentence, or as a
#: heading; nor as a line of its own that no full stop ends.
_LONG_HEADLINE, _HEADLINE, _SHORT_HEADLINE = 8, 6, 5
#: Sentences and paragraphs of fewer words may well stand twice.
_FEWEST = 8
_MOST = 3
#: How far is looked around words that lead on.
_NEAR = 80


# --- leftovers -----------------------------------------------------------------------------------------------


def check_leftovers(item: Printed) -> Iterator[Flaw]:
    """Words of links, and lines of the page around a text."""
    titles = (item.headline, *item.headings)
    found = [*_found(titles, is_title=True), *_found((*item.prose, *item.facts), is_title=False)]
    for said, text in list(dict.fromkeys(found))[:_MOST]:
        yield Flaw(
            rule=Rule.LEFTOVERS,
            severity=Severity.ERROR,
            message=f"“{said}” belongs to its site's page, not to the study: {_around(text, said)}",
            advice="take it out, and see whether what stands around it is the item's own",
            summary_id=item.id,
        )


def _found(texts: Sequence[str], *, is_title: bool) -> Iterator[tuple[str, str]]:
    for text in texts:
        said = leftover(text, is_title=is_title)
        if said is not None:
            yield said, text


def leftover(text: str, *, is_title: bool = False) -> str | None:
    """The first words in a text that lead on from a page, or belong around it; None where there are none.

    "People who read more" and "we still have to learn more" are honest words: a link's stand by themselves, run into
    what follows, or bear the capital letters of a button. In a title all words may bear them.
    """
    if found := _PRESS_HERE.search(text) or _MORE_MARK.search(text) or _LABEL.fullmatch(text) or _APPEARED.match(text):
        return found[0].strip()
    for found in _LEADS_ON.finditer(text):
        around = text[max(found.start() - _NEAR, 0) : found.start()], text[found.end() : found.end() + _NEAR]
        if _is_link(found[0], *around, is_title=is_title):
            return found[0]
    return None


def _is_link(said: str, before: str, after: str, *, is_title: bool) -> bool:
    begins, capital = before[-1:], said[:1].isupper()
    # Inside a word: "spread more", "read moreover". A capital letter after a small one began as a text of its own.
    if after[:1].islower() or after[:1] in ("'", "’", "-") or (begins.isalnum() and not (capital and begins.islower())):
        return False
    alone = not before.strip() or before.rstrip()[-1] in _SENTENCE_ENDS
    ends, glued = not after.strip(_TRAIL), after[:1].isalnum()
    if glued or (alone and ends) or _DATE.match(after.lstrip(_TRAIL)):
        return True
    if (
        alone
        and capital
        and said.casefold().startswith(("read", "continue", "keep", "weiter"))
        and _GOES_ON.match(after)
    ):
        return True
    # All in capitals, as on a button: at the end, or before the beginning of something else.
    button = all(word[0].isupper() for word in said.split()) and not is_title
    named = before.casefold().split()[-1:] in (["the"], ["a"], ["an"], ["our"], ["their"]) or begins in ("“", '"', "‘")
    return button and not named and (ends or after.lstrip()[:1].isupper())


def _around(text: str, said: str) -> str:
    """The words around what was found."""
    place = max(text.find(said), 0)
    begin = max(place - 60, 0)
    shown = text[begin : place + len(said) + 40].strip()
    return f"“{'…' if begin else ''}{shown}{'…' if place + len(said) + 40 < len(text) else ''}”"


# --- another item's headline ---------------------------------------------------------------------------------


def check_headlines(items: Sequence[Printed]) -> Iterator[Flaw]:
    """Items that hold the headline of another one, as the teasers beside a text do."""
    headlines = [(one, words_of(one.headline)) for one in items]
    for item in items:
        units = [_Unit(text, _HEADLINE) for text in item.headings]
        units += [_Unit(text, _SHORT_HEADLINE) for text in item.prose]
        known = {word for unit in units for word in unit.words}
        for other, row in headlines:
            asked = _is_foreign(item, other) and len(row) >= _SHORT_HEADLINE and known.issuperset(row)
            if asked and any(unit.holds(other.headline, row) for unit in units):
                yield _foreign(item, other)


def _is_foreign(item: Printed, other: Printed) -> bool:
    mine, theirs = item.item.summary, other.item.summary
    return mine.study_id != theirs.study_id and words_of(item.headline) != words_of(other.headline)


class _Unit:
    """A paragraph, a point or a heading, looked at for headlines."""

    def __init__(self, text: str, fewest: int) -> None:
        self.text = text
        self.words = words_of(text)
        #: So many words must a headline have that is all of it.
        self.fewest = fewest if text[-1:] not in (".", "!") else _HEADLINE

    def holds(self, headline: str, row: Words) -> bool:
        """Whether the headline stands in it by itself, or is too long to stand there by chance; a quoted one may."""
        if self.words == row:
            return len(row) >= self.fewest
        if len(row) < _HEADLINE or holds(self.words, row) is None:
            return False
        before, found, after = self.text.partition(headline)
        before = before.rstrip() if found else ""
        if found and before[-1:] in ("“", '"', "‘", "'", "«", "„"):
            return False
        begins = bool(found) and (not before or before[-1] in _SENTENCE_ENDS)
        return len(row) >= _LONG_HEADLINE or (begins and (after[:1] in ".!?:" or not after.lstrip()[:1].islower()))


def _foreign(item: Printed, other: Printed) -> Flaw:
    return Flaw(
        rule=Rule.FOREIGN,
        severity=Severity.ERROR,
        message=f"it holds the headline of item {other.id}: {quoted(other.headline)}",
        advice="teasers of other texts were probably read as its own: take out what does not belong to it",
        summary_id=item.id,
    )


# --- what stands twice ---------------------------------------------------------------------------------------


def check_repeats(item: Printed) -> Iterator[Flaw]:
    """A takeaway that only says the headline once more, and paragraphs and sentences that stand twice in an item."""
    row, takeaway = words_of(item.headline), item.item.summary.entry.section(SectionRole.TAKEAWAY)
    for part in item.parts:
        if row and words_of(" ".join(lines_of(part))) == row:
            name = "its key takeaway" if takeaway and part[:1] == takeaway.blocks[:1] else "a part of it"
            yield _twice(item, f"{name} is its headline once more, word for word", "leave out the one or the other")
    for said in _repeated(item.prose)[:_MOST]:
        yield _twice(item, f"it says the same twice: {quoted(said)}", "take out what stands there once too often")


def _twice(item: Printed, message: str, advice: str) -> Flaw:
    return Flaw(rule=Rule.REPETITION, severity=Severity.ERROR, message=message, advice=advice, summary_id=item.id)


def _repeated(lines: Sequence[str]) -> list[str]:
    """Paragraphs that stand twice, then sentences in others that do."""
    seen: set[Words] = set()
    twice: dict[Words, str] = {}
    for line in lines:
        # One that stands there as a whole is not told once more by its sentences.
        whole = words_of(line)
        units = [line] if whole in seen else [line, *sentences_of(line)]
        inside: set[Words] = set()
        for said in units:
            words = words_of(said)
            if len(words) >= _FEWEST and (words in seen or (words in inside and words != whole)):
                twice.setdefault(words, said)
            inside.add(words)
        seen |= inside
    return list(twice.values())
