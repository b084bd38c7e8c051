"""What would go wrong on the day, found before it: one finding a thing looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from digest import domain
from digest.departures import held_words
from digest.errors import DigestError, NothingToDo, StoreError
from digest.models import IssueStatus
from digest.newsroom import Digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    #: What is so, or what is wrong and what to do.
    detail: str


def examine(open_newsletter: Callable[[], Digest], *, offline: bool = False) -> Iterator[Finding]:
    """Look at everything a send needs, in the order of the flow; nothing is sent and nothing changed.

    What depends on something that is broken is not looked at.

    Args:
        open_newsletter: loads the settings and opens the newsletter they describe.
        offline: True to ask no name server.
    """
    try:
        digest = open_newsletter()
    except DigestError as error:
        yield Finding(
            what="database" if isinstance(error, StoreError) else "configuration", ok=False, detail=str(error)
        )
        return
    told = f"{digest.newsletter.name}, {digest.newsletter.timezone}"
    yield Finding(what="configuration", ok=True, detail=told)
    with digest:
        for what, look in LOOKS.items():
            yield _found(what, look, digest)
        for what in domain.LOOKS:
            yield _found(what, partial(domain.look, what, offline=offline), digest)


def _found(what: str, look: Callable[[Digest], str], digest: Digest) -> Finding:
    try:
        return Finding(what=what, ok=True, detail=look(digest))
    except DigestError as error:
        return Finding(what=what, ok=False, detail=str(error))


def _database(digest: Digest) -> str:
    return f"{digest.store.count_summaries()} summaries stored"


def _sources(digest: Digest) -> str:
    if not digest.sources:
        raise DigestError("no source is configured: add one under `sources:`")
    troubled = [f"{state.name}: {state.trouble}" for state in digest.store.source_states() if state.trouble]
    if troubled:
        raise DigestError("; ".join(troubled))
    return f"{len(digest.sources)} configured, none in trouble"


def _templates(digest: Digest) -> str:
    digest.render_specimen()
    return "they render and inline"


def _signature(digest: Digest) -> str:
    # Making the newsletter has loaded the keys, so what is wrong with one was said under "configuration".
    if not digest.dkim:
        return "mails leave unsigned; the server must sign them (DKIM), or set newsletter.dkim"
    for given in digest.settings.newsletter.dkim:
        if given.key_file.stat().st_mode & 0o077:
            raise DigestError(f"others on this machine can read {given.key_file}: `chmod 600 {given.key_file}`")
    names = (f"{key.selector}._domainkey.{key.domain} ({key.algorithm})" for key in digest.dkim)
    return f"every mail is signed; publish the keys at {' and '.join(names)}"


def _readers(digest: Digest) -> str:
    if digest.settings.subscribers is not None:
        problems = digest.read_subscribers(digest.settings.subscribers).problems
        if problems:
            shown = "; ".join(f"{one.place}: {one.message}" for one in problems[:3])
            raise DigestError(f"{len(problems)} rows need a look: {shown}")
    counts = digest.store.count_subscribers()
    return ", ".join(f"{number} {status}" for status, number in counts.items()) or "none yet"


def _transport(digest: Digest) -> str:
    with digest.carriers() as carriers:
        return "; ".join(carrier.transport.check() for carrier in carriers)


def _mailbox(digest: Digest) -> str:
    mailbox = digest.make_mailbox()
    if mailbox is None:
        return "none is configured: bounces go to the From address, for a person to read"
    try:
        return mailbox.check()
    finally:
        mailbox.close()


def _sending(digest: Digest) -> str:
    held = [issue for issue in digest.store.issues() if issue.held and issue.status is IssueStatus.APPROVED]
    if stopped := [held_words(issue) for issue in held if issue.held_because]:
        raise DigestError("; ".join(stopped))
    return ", ".join(f"{issue.window.label} is paused" for issue in held) or "nothing is held"


def _calendar(digest: Digest) -> str:
    windows = [digest.calendar.running(cadence, digest.clock()) for cadence in digest.settings.newsletter.cadences]
    if not windows:
        raise NothingToDo("no cadence is configured")
    return "; ".join(
        f"{window.label} is due on {window.due.astimezone(digest.calendar.timezone):%A %d %B %Y at %H:%M}"
        for window in windows
    )


#: What is looked at, in the order of the flow.
LOOKS: Mapping[str, Callable[[Digest], str]] = {
    "database": _database,
    "sources": _sources,
    "templates": _templates,
    "readers": _readers,
    "calendar": _calendar,
    "signature": _signature,
    "transport": _transport,
    "mailbox": _mailbox,
    "sending": _sending,
}
