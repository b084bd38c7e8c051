"""Putting right what was sent: who is owed which correction, in their next issue or at once as a mail of its own.

Whom a correction reaches is read from the ledger each time: everybody whose mail with it was accepted or may have
arrived, and who was not told. Nobody is told twice, whichever way comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from digest import edition
from digest.audience import reason_to_skip
from digest.errors import InputError, NothingToDo, StateError
from digest.models import (
    Amendment,
    Cadence,
    Correction,
    CorrectionState,
    FrozenEdition,
    Issue,
    Recipient,
    Selection,
    Window,
)
from digest.newsroom import Digest
from digest.pipeline import by_subscriber

#: Characters of the sentence.
_LONGEST = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How many a correction concerns."""

    #: Got what it corrects, and were not told.
    owed: int
    #: Were told, or are about to be: a mail that tells them stands in the ledger.
    told: int
    #: The mail of its own, where it was sent at once; None while there is none.
    letter: Issue | None


def write(digest: Digest, summary_id: int, sentence: str, *, kind: Amendment, by: str) -> Correction:
    """Owe this sentence to everybody who got the summary (of a study withdrawn: any summary of it) up to now.

    Raises:
        InputError: there is no such summary, or the sentence is missing or too long.
        NothingToDo: the same was written before.
    """
    made, is_new = write_once(digest, summary_id, sentence, kind=kind, by=by)
    if not is_new:
        raise NothingToDo("the same correction was written before")
    return made


def write_once(digest: Digest, summary_id: int, sentence: str, *, kind: Amendment, by: str) -> tuple[Correction, bool]:
    """(correction, whether it is new): where it was written before, the one that stands. InputError as above."""
    words, state = _sentence(sentence), CorrectionState.STANDING
    if summary_id not in digest.store.summaries([summary_id]):
        raise InputError(f"there is no summary with the number {summary_id}: `digest search` finds it")
    return digest.store.add_correction(summary_id, kind, words, state=state, by=by, now=digest.clock())


def standing(digest: Digest, summary_id: int, sentence: str, *, kind: Amendment) -> Correction | None:
    """The one that stands and says just this; None when none does."""
    asked = (summary_id, kind, " ".join(sentence.split()))
    found = digest.store.corrections(CorrectionState.STANDING)
    return next((one for one in found if (one.summary_id, one.kind, one.sentence) == asked), None)


def accept(digest: Digest, correction: Correction, sentence: str, *, by: str) -> Correction:
    """Let a proposal stand, with a sentence. StateError when somebody decided before, or the same stands already."""
    return digest.store.decide_correction(
        correction.id,
        state=CorrectionState.STANDING,
        sentence=_sentence(sentence),
        by=by,
        now=digest.clock(),
    )


def dismiss(digest: Digest, correction: Correction, *, by: str) -> Correction:
    """Say that there is nothing to correct. StateError when it is no proposal any more."""
    state = CorrectionState.DISMISSED
    return digest.store.decide_correction(correction.id, state=state, sentence="", by=by, now=digest.clock())


def find(digest: Digest, number: int) -> Correction:
    """The correction of this number. InputError when there is none."""
    found = next((one for one in digest.store.corrections() if one.id == number), None)
    if found is None:
        raise InputError(f"there is no correction {number}: `digest corrections list` shows them")
    return found


def reach(digest: Digest, correction: Correction) -> Reach:
    """How many it concerns; of a proposal those it would be owed to."""
    return Reach(
        owed=sum(1 for _ in digest.store.owed([correction])),
        told=digest.store.told(correction.id),
        letter=digest.store.issue(label_of(correction)),
    )


def readers(digest: Digest, correction: Correction) -> Iterator[str]:
    """The addresses of those who are owed it, in the order of their ids: to be shown on purpose only."""
    return (one.address for one in _recipients(digest, [correction], None))


def label_of(correction: Correction) -> str:
    """What its own mail is called in the ledger."""
    return f"correction-{correction.id}"


def letter(digest: Digest, correction: Correction) -> edition.Letter:
    """The mail of its own, as anybody gets it."""
    erratum = digest.erratum(correction)
    words = (erratum.sentence,)
    return edition.render_correction(
        edition.Correction(
            headline=erratum.headline,
            issue_title=erratum.issue_title,
            url=erratum.url,
            withdrawn=erratum.retracted,
            was_wrong=words if erratum.retracted else (),
            is_right=() if erratum.retracted else words,
        ),
        digest.newsletter,
        digest.templates,
    )


def send_at_once(digest: Digest, correction: Correction, *, by: str) -> Issue:
    """Write a mail of its own into the ledger for everybody who is owed it, whatever their cadence; it may leave now.

    Whoever is paused today, or gets what it corrects only later, is told in their next issue.

    Raises:
        StateError: it does not stand, or was sent so before.
        NothingToDo: nobody is owed it.
    """
    if correction.state is not CorrectionState.STANDING:
        raise StateError(f"correction {correction.id} is {correction.state}: only one that stands can be sent")
    if next(digest.store.owed([correction]), None) is None:
        raise NothingToDo(f"nobody is owed correction {correction.id}")
    made, now = letter(digest, correction), digest.clock()
    dumped = made.pool.dumps()
    telling = replace(made.edition, selection=Selection(corrections=(correction.id,)))
    window = Window(
        cadence=digest.settings.newsletter.cadences[0],
        since=correction.at,
        # An empty span of its own: two corrections of one instant are two letters.
        until=correction.at + timedelta(microseconds=correction.id),
        due=now,
        label=label_of(correction),
        title=telling.subject,
    )
    return digest.store.freeze_letter(
        window,
        _recipients(digest, [correction], telling),
        pool=dumped,
        content_hash=hashlib.sha256(dumped).hexdigest(),
        approved_by=by,
        now=now,
    )


def _recipients(digest: Digest, corrections: list[Correction], telling: FrozenEdition | None) -> Iterator[Recipient]:
    """Who is owed one of them, each with the edition that tells them, or the reason why not now."""
    for cadence in Cadence:
        owed_to = by_subscriber(digest.store.owed(corrections, cadence=cadence))
        for row in digest.store.audience(cadence):
            reader = row.subscriber
            if owed_to(reader.id):
                skip = reason_to_skip(reader, suppressed=row.suppressed, today=digest.today)
                made = Recipient(subscriber_id=reader.id, address=reader.address, name=reader.name)
                yield replace(made, skip=skip) if skip else replace(made, edition=telling)


def _sentence(words: str) -> str:
    line = " ".join(words.split())
    if not line:
        raise InputError("write one plain sentence: what readers were told, and what is right")
    if len(line) > _LONGEST:
        raise InputError(f"the sentence has {len(line)} characters, and room for {_LONGEST}")
    return line
