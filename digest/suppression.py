"""What a piece of feedback means for an address: whether it may be mailed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.models import FeedbackKind, Receipt, Suppression
from digest.refusals import About, about, is_busy

#: Enhanced codes (RFC 3463, RFC 7505) that say: this mailbox does not exist, has moved or is shut. One is enough.
DEAD_MAILBOX = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: The domain is unknown: a typing error, or a name server's bad day. Believed the second time, days later.
DEAD_DOMAIN = "5.1.2"
DEAD_DOMAIN_AFTER = timedelta(days=2)
#: The mailbox is full: refused for good by the letter, for now by nature.
FULL_MAILBOX = "5.2.2"
#: This many soft bounces in a row, each of another issue, and the address is let go.
SOFT_BOUNCES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What came back about one address."""

    address: str
    kind: FeedbackKind
    at: datetime
    #: The enhanced status code; empty when there was none.
    code: str = ""
    detail: str = ""
    #: The issue it is about; None when that is not known.
    issue_id: int | None = None
    #: What names this piece of feedback for ever, the same when it comes again; empty where nothing does.
    event_id: str = ""


def kind_of_code(code: str, words: str = "") -> FeedbackKind | None:
    """What an enhanced code says about the *reader*; None when it is about us, the message or the way.

    3, 4, 5, 6 and 7 (system, network, protocol, content, policy) never speak against a reader, neither for good nor for
    now. Nor does a refusal without a code: too many servers say a bare 550 for policy.

    Args:
        code: the enhanced code; empty when there was none.
        words: what was said, where that is known: a mailbox that is only busy says now and then that it is shut.
    """
    if code in DEAD_MAILBOX and is_busy(words):
        return None
    if code in DEAD_MAILBOX or code == DEAD_DOMAIN:
        return FeedbackKind.HARD_BOUNCE
    if code == FULL_MAILBOX or (code.startswith(("4.1.", "4.2.")) and about(code, words) is About.READER):
        return FeedbackKind.SOFT_BOUNCE
    return None


def feedback_of(receipt: Receipt, *, address: str, issue_id: int | None, now: datetime) -> Feedback | None:
    """What a transport's answer tells about the address; None when it tells nothing."""
    kind = kind_of_code(receipt.code, receipt.detail)
    if kind is None:
        return None
    return Feedback(address=address, kind=kind, at=now, code=receipt.code, detail=receipt.detail, issue_id=issue_id)


def suppression_after(feedback: Feedback, earlier: Sequence[Feedback] = ()) -> Suppression | None:
    """The suppression this feedback makes; None when the address may be mailed on.

    Args:
        feedback: the newest.
        earlier: what is known of the same address, oldest first. A delivery in between ends a row of soft bounces.
    """
    if not _is_final(feedback, earlier):
        return None
    return Suppression(
        address=feedback.address,
        reason=feedback.kind,
        at=feedback.at,
        detail=feedback.detail or feedback.code,
        issue_id=feedback.issue_id,
    )


def verdict(history: Sequence[Feedback]) -> Suppression | None:
    """The suppression all that is known of an address comes to; None when it may be mailed on.

    Feedback arrives late and out of order, so it is judged by its instants: a complaint sticks for ever, and an
    unsubscribe until its reader asks for mail anew; of the rest only what came after that and after the last delivery
    counts, however late it was heard of.

    Args:
        history: about one address, in any order. A delivery of an issue that bounced afterwards was none.
    """
    anew = max((one.at for one in history if one.kind is FeedbackKind.CONSENT), default=None)
    counts = [one for one in history if anew is None or one.at > anew or one.kind is FeedbackKind.COMPLAINT]
    ordered = sorted(counts, key=lambda one: one.at)
    for one in ordered:
        if one.kind in (FeedbackKind.COMPLAINT, FeedbackKind.UNSUBSCRIBE):
            return suppression_after(one)
    recent = _since_last_delivery(ordered)
    found = (suppression_after(one, recent[:place]) for place, one in enumerate(recent))
    return next((one for one in found if one is not None), None)


def _since_last_delivery(ordered: Sequence[Feedback]) -> list[Feedback]:
    recent: list[Feedback] = []
    bounced: set[int] = set()
    for one in reversed(ordered):
        if one.kind is not FeedbackKind.DELIVERED:
            recent.append(one)
            bounced |= {one.issue_id} if one.issue_id is not None else set()
        elif one.issue_id not in bounced:
            break
    return recent[::-1]


def _is_final(feedback: Feedback, earlier: Sequence[Feedback]) -> bool:
    match feedback.kind:
        case FeedbackKind.COMPLAINT | FeedbackKind.UNSUBSCRIBE:
            return True
        case FeedbackKind.HARD_BOUNCE if feedback.code == DEAD_DOMAIN:
            return any(one.code == DEAD_DOMAIN and feedback.at - one.at >= DEAD_DOMAIN_AFTER for one in earlier)
        case FeedbackKind.HARD_BOUNCE:
            return True
        case FeedbackKind.SOFT_BOUNCE:
            return _issues_bounced_in_a_row([*earlier, feedback]) >= SOFT_BOUNCES
        case FeedbackKind.DELIVERED | FeedbackKind.CONSENT:
            return False


def _issues_bounced_in_a_row(feedback: Sequence[Feedback]) -> int:
    issues: set[int | None] = set()
    for one in reversed(feedback):
        if one.kind is not FeedbackKind.SOFT_BOUNCE:
            break
        issues.add(one.issue_id)
    return len(issues)
