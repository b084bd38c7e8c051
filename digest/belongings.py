"""What is a reader's own: all we keep of them, to take along, and to have erased."""

from __future__ import annotations

from typing import Any

from digest.errors import TokenError
from digest.links import letter_of
from digest.models import Delivery, LetterKind, Selection, Subscriber
from digest.newsroom import Digest
from digest.post import put
from digest.subscribers import as_row
from digest.tokens import Errand
from digest.tries import count_try

#: How often in an hour one reader may ask for the letter.
ERASURES_AN_HOUR = 3


def export(digest: Digest, reader: Subscriber) -> dict[str, Any]:
    """All that is kept of a reader, as JSON has it: instants in ISO 8601 and UTC."""
    store = digest.store
    consent = reader.consent
    return {
        "newsletter": digest.newsletter.name,
        "reader": {name: _plain(value) for name, value in as_row(reader).items()},
        "consent": consent
        and {
            "at": consent.at.isoformat(),
            "method": consent.method,
            "text_version": consent.text_version,
            "network": consent.network,
        },
        "mails": [_mail(digest, delivery) for delivery in store.deliveries_of(reader.id)],
        "letters": [
            {
                "at": one.asked_at.isoformat(),
                "about": one.kind.value,
                "address": one.address,
                "answered_at": one.used_at.isoformat() if one.used_at else None,
            }
            for one in store.letters_of(reader.id)
        ],
        "feedback": [
            {"at": one.at.isoformat(), "kind": one.kind.value, "detail": one.detail}
            for one in store.feedback(reader.address)
        ],
        "not_to_be_mailed": [
            {"at": one.at.isoformat(), "reason": one.reason.value, "detail": one.detail}
            for one in store.suppressions_of([reader.address])
        ],
    }


def ask_erase(digest: Digest, reader: Subscriber) -> None:
    """Mail the reader a link that erases all of theirs. TooManyError when they asked too often."""
    wait = "we sent you this letter already: please look into your mailbox, or try in an hour"
    count_try(digest, "erasures of", str(reader.id), most=ERASURES_AN_HOUR, otherwise=wait)
    put(digest, LetterKind.ERASURE, reader)


def look_erase(digest: Digest, token: str) -> Subscriber | None:
    """Whom a link would erase; None when they are erased already. Nothing is changed.

    Raises:
        TokenError: it is no such link, or is too old (`expired`).
    """
    try:
        return digest.store.subscriber(letter_of(digest, Errand.ERASE, token).subscriber_id)
    except TokenError as error:
        if error.gone:  # the letter went with its reader
            return None
        raise


def erase(digest: Digest, token: str) -> None:
    """Erase all of a reader's. While one of their mails is on its way they are let go, and erased by a later ring.

    Safe to call again.

    Raises:
        TokenError: as `look_erase`.
    """
    reader = look_erase(digest, token)
    if reader is not None:
        digest.store.erase(reader.id, now=digest.clock())


def finish_erasures(digest: Digest) -> int:
    """Erase those whose mails were on their way when they asked, and the traces of all. How many are erased now."""
    erased = sum(digest.store.erase(number, now=digest.clock()) for number in digest.store.erasures_begun())
    digest.store.leave_no_trace()
    return erased


def _mail(digest: Digest, delivery: Delivery) -> dict[str, Any]:
    issue = digest.store.issue_by_id(delivery.issue_id)
    edition = digest.store.edition(delivery.edition_id) if delivery.edition_id is not None else None
    chosen = edition.selection if edition else Selection()
    placed = (*chosen.research, *chosen.background, *chosen.also_new)
    summaries = digest.store.summaries([one.summary_id for one in placed])
    return {
        "issue": issue.window.label,
        "address": delivery.address,
        "state": delivery.state.value,
        "detail": delivery.detail,
        "at": delivery.finished_at.isoformat() if delivery.finished_at else None,
        "subject": edition.subject if edition else None,
        "items": [summaries[one.summary_id].entry.headline for one in placed if one.summary_id in summaries],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value if isinstance(value, str | int | bool | None) else str(value)
