"""How a send, a ring of the bell and what came back are printed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console

from digest.bell import Tick
from digest.cli.making import composed_data, show_composed, show_visits, visit_data
from digest.cli.tables import cell, counted, show_problems, table, title
from digest.feedback import Taken
from digest.models import Issue, IssueStatus, Refusal, Wait
from digest.outbox import Sent
from digest.post import Posted

logger = logging.getLogger("digest")

#: So many different words of servers are shown.
LONGEST_LIST = 20


def sent_data(issue: Issue, sent: Sent) -> dict[str, Any]:
    """What a run of the outbox did, for machines."""
    return {
        "issue": issue.window.label,
        "accepted": sent.accepted,
        "deferred": sent.deferred,
        "bounced": sent.bounced,
        "refused": sent.refused,
        "suppressed": sent.suppressed,
        "unknown": sent.unknown,
        "withheld": sent.withheld,
        "resent": sent.resent,
        "waits": waits_data(sent.waits),
        "warming": sent.warming,
        "paused": sent.paused,
        "stopped": sent.stopped or None,
        "trouble": str(sent.trouble) if sent.trouble else None,
        "reasons": sent.reasons,
    }


def refusals_data(issue: Issue, refusals: Sequence[Refusal]) -> dict[str, Any]:
    """What was refused for no reader's fault, for machines: numbers of subscribers, no address."""
    return {
        "issue": issue.window.label,
        "refused": [
            {"subscriber": one.subscriber_id, "state": one.state, "code": one.code or None, "detail": one.detail}
            for one in refusals
        ],
    }


def show_refusals(console: Console, issue: Issue, refusals: Sequence[Refusal]) -> None:
    """The same for people: the servers' words, and how many readers each met."""
    title(console, f"{issue.window.label}: {counted(len(refusals), 'mail')} refused for no reader's fault")
    made = table("Readers", "What was said")
    made.columns[0].justify = "right"
    for words, number in Counter(one.detail for one in refusals).most_common(LONGEST_LIST):
        made.add_row(f"{number:,}", cell(words))
    console.print(made)


def waits_data(waits: Sequence[tuple[Wait, int, datetime]]) -> list[dict[str, Any]]:
    """What keeps mails back that nothing is wrong with, for machines."""
    return [{"for": wait, "mails": number, "until": until} for wait, number, until in waits]


def waits_lines(waits: Sequence[tuple[Wait, int, datetime]]) -> list[str]:
    """The same for people, a line each."""
    return [
        f"  waiting: {counted(number, 'mail')}, until {until:%a %H:%M} UTC: {wait}" for wait, number, until in waits
    ]


def in_doubt(issue: Issue, number: int) -> str:
    """That nobody knows whether so many mails arrived, and who decides."""
    label = issue.window.label
    closed = f"`digest resolve {label} --unknown accept` takes them as arrived"
    again = "" if issue.status is IssueStatus.ABORTED else ", `--unknown resend` sends them again, perhaps twice"
    return f"In doubt: {counted(number, 'mail')}, for a person to decide: {closed}{again}."


def show_sent(console: Console, results: Sequence[tuple[Issue, Sent]]) -> None:
    """What each issue's sending came to."""
    for issue, sent in results:
        told = [f"{counted(sent.accepted, 'mail')} accepted"]
        for number, words in (
            (sent.deferred, "deferred, to be tried again"),
            (sent.bounced, "bounced"),
            (sent.refused, "refused for what we are or say: `digest send --again` sends them again"),
            (sent.unknown, "unknown: they may or may not have arrived"),
            (sent.withheld, "put back" if sent.paused else "withheld: their readers left or paused, or it was aborted"),
            (sent.resent, "sent again after a crash, perhaps a second copy"),
        ):
            told += [f"{number:,} {words}"] if number else []
        console.print(f"{issue.window.label}: {'; '.join(told)}.", markup=False)
        if sent.unknown:
            console.print(f"  {in_doubt(issue, sent.unknown)}", markup=False)
        for delivery, reason in sent.reasons.items():
            console.print(f"  delivery {delivery}: {reason}", markup=False, style="yellow")
        for line in waits_lines(sent.waits):
            console.print(line, markup=False)
        if sent.warming:
            console.print("  waiting: the rest, until the next day (UTC): warming up", markup=False)
        if sent.paused and not sent.stopped:
            label = issue.window.label
            console.print(f"  paused: the rest waits until `digest resume {label}` lets it go on", markup=False)
        if sent.stopped:
            console.print(f"  stopped itself: {stopped_words(issue, sent)}", markup=False, style="red")
        if sent.trouble:
            console.print(f"  stopped: {sent.trouble}", markup=False, style="red")


def stopped_words(issue: Issue, sent: Sent) -> str:
    """Why a send stopped itself, and what to do."""
    label = issue.window.label
    return f"{sent.stopped}. Look at them with `digest quarantine {label}`; `digest resume {label}` lets it go on"


def tick_data(tick: Tick) -> dict[str, Any]:
    """One ring of the bell, for machines."""
    return {
        "visits": [visit_data(visit) for visit in tick.visits],
        "composed": [composed_data(composed) for composed in tick.composed],
        "approved": [issue.window.label for issue in tick.approved],
        "sent": [sent_data(issue, sent) for issue, sent in tick.sent],
        "letters": letters_data(tick.letters) if tick.letters else None,
        "returned": taken_data(tick.returned) if tick.returned else None,
        "troubles": tick.troubles,
        "problems": [{"place": one.place, "message": one.message} for one in tick.problems],
    }


def show_tick(console: Console, tick: Tick) -> None:
    """One ring of the bell, for people."""
    if tick.did_nothing:
        console.print("Nothing is due.")
    if tick.visits:
        show_visits(console, tick.visits)
    show_composed(console, tick.composed)
    for issue in tick.approved:
        console.print(f"{issue.window.label} is approved, as configured.", markup=False)
    show_sent(console, tick.sent)
    if tick.letters:
        console.print(letters_words(tick.letters), markup=False)
    if tick.returned:
        show_taken(console, tick.returned)
    show_problems(console, tick.problems)
    for trouble in tick.troubles:
        console.print(trouble, markup=False, style="red")


def log_tick(tick: Tick) -> None:
    """Log what a tick did: counts and labels, never an address or a topic."""
    for visit in tick.visits:
        logger.info("source %s: %d new, %d revised", visit.source, visit.added.new, visit.added.revised)
        if visit.trouble:
            logger.warning("source %s is in trouble: %s", visit.source, visit.trouble)
    for composed in tick.composed:
        logger.info("issue %s: %d new summaries", composed.issue.window.label, composed.fresh)
    for issue in tick.approved:
        logger.info("issue %s is approved", issue.window.label)
    for issue, sent in tick.sent:
        _log_sent(issue, sent)
    if tick.letters:
        logger.info("%s", letters_words(tick.letters))
    if tick.returned:
        logger.info("mailbox: %d suppressed, %d unsubscribed", tick.returned.suppressed, tick.returned.unsubscribed)
    for problem in tick.problems:
        logger.warning("%s: %s", problem.place, problem.message)
    for trouble in tick.troubles:
        logger.warning("%s", trouble)


def _log_sent(issue: Issue, sent: Sent) -> None:
    logger.info("issue %s: %d accepted, %d deferred", issue.window.label, sent.accepted, sent.deferred)
    if sent.stopped:
        logger.error("issue %s stopped itself: %s", issue.window.label, stopped_words(issue, sent))
    if sent.trouble:
        logger.warning("issue %s stopped: %s", issue.window.label, sent.trouble)


def letters_data(letters: Posted) -> dict[str, Any]:
    """What became of letters, for machines; `until` is when the first that waits for a limit may leave."""
    return {
        "sent": letters.sent,
        "deferred": letters.deferred,
        "ended": letters.ended,
        "until": letters.limit and letters.limit.until,
        "limit": str(letters.limit) if letters.limit else None,
    }


def letters_words(letters: Posted) -> str:
    """The same for people, in a line."""
    told = [f"{counted(letters.sent, 'letter')} sent"] if letters.sent or not letters.limit else []
    for number, words in ((letters.deferred, "deferred, to be tried again"), (letters.ended, "given up")):
        told += [f"{number:,} {words}"] if number else []
    told += [f"others wait, for {letters.limit}"] if letters.limit else []
    return f"Letters: {'; '.join(told)}."


def taken_data(taken: Taken) -> dict[str, int]:
    """What came back, for machines."""
    return asdict(taken)


def show_taken(console: Console, taken: Taken) -> None:
    """What came back, for people."""
    if not taken.total:
        console.print("Nothing came back.")
        return
    console.print(
        f"Came back: {taken.suppressed} addresses suppressed, {taken.unsubscribed} readers unsubscribed, "
        f"{taken.noted} changed nothing.",
        markup=False,
    )
    if taken.left:
        console.print(f"{taken.left} mails are flagged in the mailbox: a person should read them.", markup=False)
