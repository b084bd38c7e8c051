"""How fast it is, each time against a yardstick measured in the same run: `make bench [ONLY=name]`.

Prints a table and writes bench.json. A measure is one function below `@bench`; it returns a `Measured`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.dkim import DkimKey
from digest.edition import Pool, Templates, bundled_directory, lay_out, make_edition, render_whole
from digest.inlining import inline
from digest.message import Addressee, Composer
from digest.models import FrozenEdition, IssueItem, Selection
from tests.bench import articles, feeds, pages, signups, smtp
from tests.factories import a_newsletter, a_tree, a_window
from tests.sample_issue import DATE, a_pool, an_addressee, first, many, placed


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One line of the table."""

    value: float | None
    unit: str
    #: What it is measured against, and value divided by that.
    yardstick: str
    ratio: float | None = None
    #: Why there is no value or ratio, or how to read it.
    reason: str = ""


BENCHES: dict[str, Callable[[], Measured]] = {}


def bench(measure: Callable[[], Measured]) -> Callable[[], Measured]:
    """Put a measure into the table under its own name."""
    BENCHES[measure.__name__] = measure
    return measure


def per_second(act: Callable[[int], object], *, seconds: float) -> float:
    """How often `act` (given 0, 1, 2…) runs in a second of processor time."""
    act(0)
    began, count = time.process_time(), 0
    while (spent := time.process_time() - began) < seconds:
        count += 1
        act(count)
    return count / spent


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One issue of forty items, and a hundred readers of twelve of them, each with an order of their own."""

    items: tuple[IssueItem, ...]
    pool: Pool
    editions: tuple[FrozenEdition, ...]
    readers: tuple[Addressee, ...]


@cache
def stage() -> Stage:
    """The issue most measures share. Nothing of one reader's edition is kept for the next: 64 of them are at most."""
    items, selection = many(40), first(12)
    pool = a_pool(items)
    edition = make_edition(pool, selection)
    return Stage(
        items=items,
        pool=pool,
        editions=tuple(own_edition(edition, n) for n in range(100)),
        readers=tuple(an_addressee(f"reader{number}@example.org", f"Reader {number}") for number in range(100)),
    )


@cache
def naive_per_second() -> float:
    """Messages rendered, inlined and built one by one."""
    given, templates = stage(), Templates([bundled_directory()])

    def naive(number: int) -> bytes:
        reader, edition = given.readers[number % 100], given.editions[number % 100]
        values = {"name": reader.name, "address": reader.address, "preferences": reader.preferences_url,
                  "pause": reader.pause_url, "unsubscribe": reader.unsubscribe_url, "web": reader.web_url}  # fmt: skip
        html, text = render_whole(
            [item for item in given.items if item.summary.id <= 12],
            fillings={**lay_out(edition, given.pool.html.pieces), **values, "greeting": (("greeting", {}),)},
            window=a_window(), newsletter=a_newsletter(), tree=a_tree(), templates=templates,
        )  # fmt: skip
        return naive_message(edition, reader, inline(html), text)

    return per_second(naive, seconds=4)


def against_naive(keys: Sequence[DkimKey], *, how: str, reason: str) -> Measured:
    """Messages from fragments, against the naive way in the same run."""
    given = stage()
    composer = Composer(given.pool, date=DATE, keys=keys)
    ours = per_second(lambda n: composer.compose(given.editions[n % 100], given.readers[n % 100]), seconds=2)
    return Measured(
        value=round(ours, 1),
        unit="messages/s",
        yardstick=f"{how}: {naive_per_second():.1f} messages/s",
        ratio=round(ours / naive_per_second(), 1),
        reason=reason,
    )


@bench
def compose_vs_naive() -> Measured:
    """Messages of twelve items from fragments, against rendering, inlining and building each by itself."""
    return against_naive((), how="Jinja2 + premailer + EmailMessage per reader", reason="at least 300 is wanted")


@bench
def compose_signed_vs_naive() -> Measured:
    """The same, signed with an RSA key of 2048 bits; the naive way leaves them unsigned."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = DkimKey.load(pem, domain="example.org", selector="s")
    return against_naive([key], how="the same, unsigned", reason="RSA-2048")


#: How often composing and joining are measured in turn; the machine may be doing other things meanwhile.
JOIN_ROUNDS = 9


@bench
def compose_vs_join() -> Measured:
    """Composing and writing messages of one edition, against joining and writing the very same bytes."""
    given = stage()
    shared, own = against_join(given.editions[:1] * 100), against_join(given.editions)
    low, high = min(one / limit for one, limit in own), max(one / limit for one, limit in own)
    return Measured(
        value=round(statistics.median(one for one, _ in shared), 1),
        unit="messages/s",
        yardstick=f"join and append to a file: {statistics.median(limit for _, limit in shared):,.0f} messages/s",
        ratio=round(statistics.median(one / limit for one, limit in shared), 2),
        reason=f"at least 0.5 is wanted; {statistics.median(one / limit for one, limit in own):.2f} "
        f"({low:.2f} to {high:.2f}) when every reader has an edition of their own",
    )


def against_join(editions: Sequence[FrozenEdition]) -> list[tuple[float, float]]:
    """Messages of these editions composed, and joined, in a second: several times in turn."""
    readers, composer = stage().readers, Composer(stage().pool, date=DATE)
    messages = [composer.compose(edition, reader).data for edition, reader in zip(editions, readers, strict=True)]
    pieces = [[one[at : at + 2400] for at in range(0, len(one), 2400)] for one in messages]
    return [
        (
            written_per_second(lambda n: composer.compose(editions[n % 100], readers[n % 100]).data),
            written_per_second(lambda n: b"".join(pieces[n % 100])),
        )
        for _ in range(JOIN_ROUNDS)
    ]


def written_per_second(make: Callable[[int], bytes]) -> float:
    """How many messages are made and appended to a file in a second; the file begins anew after a thousand."""
    with tempfile.TemporaryFile(buffering=0) as file:

        def write(number: int) -> None:
            if number % 1000 == 0:
                file.seek(0)
                file.truncate()
            file.write(make(number))

        return per_second(write, seconds=0.5)


@bench
def pool_growth() -> Measured:
    """Rendering and inlining the pools of ever larger issues: twice the items, twice the time."""
    sizes = (20, 40, 80, 160)
    a_pool(many(2))

    def seconds_of(size: int) -> float:
        # Under a name of its own each time: the same pool would not be rendered again.
        return min(seconds_for(lambda name=name: a_pool(many(size), name=name)) for name in ("Once", "Again"))

    times = {size: seconds_of(size) for size in sizes}
    return Measured(
        value=round(1000 * times[160] / 160, 2),
        unit="ms/item",
        yardstick="; ".join(f"{size} items: {1000 * spent:.0f} ms" for size, spent in times.items()),
        ratio=round((times[160] / 160) / (times[20] / 20), 2),
        reason="an item of 160 against one of 20; 1 or less is linear",
    )


@bench
def compose_growth() -> Measured:
    """Composing for ever more readers who all have different selections: time per reader constant, memory flat."""
    compose_for(100)
    spent, peaks = {}, {}
    for readers in (1_000, 10_000, 100_000):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5)), whatever was measured before
        spent[readers] = seconds_for(lambda readers=readers: compose_for(readers)) / readers
        peaks[readers] = smtp.peak() / 1e6
    return Measured(
        value=round(1e6 * spent[100_000], 1),
        unit="us/reader",
        yardstick="; ".join(f"{n:,}: {1e6 * spent[n]:.1f} us, peak {peaks[n]:.0f} MB" for n in spent),
        ratio=round(spent[100_000] / spent[1_000], 2),
        reason=f"a reader of 100,000 against one of 1,000; {peaks[100_000] - peaks[1_000]:+.1f} MB at the peak",
    )


def compose_for(readers: int) -> None:
    """A message for each of this many readers, twelve of forty items each, all different, none kept."""
    given, chance = stage(), random.Random(7)
    composer = Composer(given.pool, date=DATE)
    model = given.editions[0]
    for number in range(readers):
        chosen = sorted(chance.sample(range(1, 41), 12), key=lambda item: item % 3)
        research = tuple(placed(item, ("vision", "fatigue-sleep", "pediatric")[item % 3]) for item in chosen)
        selection = replace(model.selection, research=research)
        composer.compose(replace(model, key=str(number), selection=selection), given.readers[number % 100])


def seconds_for(act: Callable[[], object]) -> float:
    """How much processor time it takes."""
    began = time.process_time()
    act()
    return time.process_time() - began


def own_edition(model: FrozenEdition, number: int) -> FrozenEdition:
    """An edition nobody else has: another order, and another preheader, which names the first headlines."""
    preheader = f"{number} · {model.preheader}"[:150]
    return replace(model, key=str(number), preheader=preheader, selection=turned(model.selection, number))


def turned(selection: Selection, by: int) -> Selection:
    """The same items, another one first."""
    by %= len(selection.research)
    return replace(selection, research=selection.research[by:] + selection.research[:by])


def naive_message(edition: FrozenEdition, reader: Addressee, html: str, text: str) -> bytes:
    """The same mail built with the standard library."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "digest@example.org", reader.address, edition.subject
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


# --- the send, against Debian's smtp-sink -----------------------------------------------------------------

#: How many deliveries a send is measured with, and how often; the machine may be doing other things meanwhile.
SENT, ROUNDS = 10_000, 5
#: How many deliveries memory is measured with: 1,000,000 take some ten minutes more.
MANY_SENT = int(os.environ.get("BENCH_DELIVERIES", "100000"))


@cache
def sends() -> tuple[tuple[smtp.Run, smtp.Run], ...]:
    """Our send from the ledger to the sink and smtp-source beside it, a few times in turn."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(
            (smtp.our_send(SENT, Path(folder) / str(number)), smtp.yardstick(SENT, smtp.WEIGHT))
            for number in range(ROUNDS)
        )


def unmeasured(unit: str, yardstick: str) -> Measured:
    """Where the sink is missing."""
    return Measured(value=None, unit=unit, yardstick=yardstick, reason=smtp.MISSING)


@bench
def smtp_vs_smtp_source() -> Measured:
    """From the ledger to the sink, against a load generator in C that has its one message ready."""
    if smtp.MISSING:
        return unmeasured("messages/s", "smtp-source -s 4")
    ratios = sorted(ours.rate / theirs.rate for ours, theirs in sends())
    return Measured(
        value=round(statistics.median(ours.rate for ours, _ in sends())),
        unit="messages/s",
        yardstick=f"smtp-source -s 4: {statistics.median(theirs.rate for _, theirs in sends()):,.0f} messages/s",
        ratio=round(statistics.median(ratios), 2),
        reason=f"at least 1.0 is wanted; {ratios[0]:.2f} to {ratios[-1]:.2f} in {ROUNDS} rounds, "
        f"{smtp.CONNECTIONS} connections",
    )


@bench
def smtp_vs_naive() -> Measured:
    """The same against EmailMessage and smtplib, one mail after another."""
    if smtp.MISSING:
        return unmeasured("messages/s", "EmailMessage + smtplib")
    ours, naive = statistics.median(run.rate for run, _ in sends()), smtp.naive_send(300)
    return Measured(
        value=round(ours),
        unit="messages/s",
        yardstick=f"EmailMessage + smtplib, no ledger: {naive.rate:,.0f} messages/s, {naive.cpu:.1f} CPU-s per 1,000",
        ratio=round(ours / naive.rate, 1),
    )


@bench
def smtp_cpu_per_1000() -> Measured:
    """Processor time of the whole sending process, user and system."""
    if smtp.MISSING:
        return unmeasured("CPU-s", "smtp-source -s 4")
    spent = sorted(ours.cpu for ours, _ in sends())
    theirs = statistics.median(theirs.cpu for _, theirs in sends())
    return Measured(
        value=round(statistics.median(spent), 3),
        unit="CPU-s",
        yardstick=f"smtp-source -s 4: {theirs:.3f} CPU-s",
        ratio=round(statistics.median(spent) / theirs, 1),
        reason=f"at most 0.25 is wanted where smtp-source takes 0.09, which is a ratio of 2.8; "
        f"{spent[0]:.3f} to {spent[-1]:.3f} in {ROUNDS} rounds",
    )


@bench
def send_memory_growth() -> Measured:
    """The sending process's peak with many deliveries, against that with few."""
    if smtp.MISSING:
        return unmeasured("MB", f"{SENT:,} deliveries")
    few = statistics.median(ours.memory for ours, _ in sends())
    with tempfile.TemporaryDirectory() as folder:
        much = smtp.our_send(MANY_SENT, Path(folder)).memory
    return Measured(
        value=round(much / 1e6, 1),
        unit="MB",
        yardstick=f"{SENT:,} deliveries: {few / 1e6:.1f} MB",
        ratio=round(much / few, 2),
        reason=f"peak of {MANY_SENT:,} deliveries; 1.0 is flat. BENCH_DELIVERIES=1000000 asks for more",
    )


@bench
def sign_ups() -> Measured:
    """People who ask to join at the same time, into SQLite, while their letters leave; an error would end it."""
    people = 1_000
    with tempfile.TemporaryDirectory() as folder:
        found = signups.sign_up(people, Path(folder))
    return Measured(
        value=round(found.rate),
        unit="a minute",
        yardstick=f"one row a commit, and nothing else: {found.commits:,.0f} a minute",
        ratio=round(found.rate / found.commits, 3),
        reason=f"at least 1,000 a minute are wanted; {people:,} without an error, {found.letters:,} letters sent",
    )


@bench
def sign_ups_by_http() -> Measured:
    """The same by the form on a served site, everything in one process; a wrong answer would end it."""
    people = 1_000
    with tempfile.TemporaryDirectory() as folder:
        found = signups.sign_up_by_http(people, Path(folder))
    return Measured(
        value=round(found.rate),
        unit="a minute",
        yardstick=f"a page that asks the database nothing, fetched the same way: {found.pages:,.0f} a minute",
        ratio=round(found.rate / found.pages, 3),
        reason=f"at least 1,000 a minute are wanted; {people:,} without an error, {found.letters:,} letters sent",
    )


@bench
def asking_alike() -> Measured:
    """The form to join, for addresses of every kind in turn: nobody is to learn from the time who reads."""
    with tempfile.TemporaryDirectory() as folder:
        medians = signups.ask_by_kind(100, Path(folder)).medians
    slow, quick = max(medians, key=medians.__getitem__), min(medians, key=medians.__getitem__)
    return Measured(
        value=round(medians[slow], 2),
        unit=f"ms, for one that is {slow}",
        yardstick=f"the same for one that is {quick}: {medians[quick]:.2f} ms",
        ratio=round(medians[slow] / medians[quick], 2),
        reason="medians of 100 each, asked in turn; 1 is wanted",
    )


# --- what comes in ---------------------------------------------------------------------------------------------


@bench
def read_pages() -> Measured:
    """Web pages, read as the sandbox's child reads them: their article, its headings, lists and tables in order."""
    found = articles.measure()
    return Measured(
        value=round(found.ours, 1),
        unit="ms a page",
        yardstick=f"trafilatura's extract: {found.theirs:.1f} ms",
        ratio=round(found.ours / found.theirs, 2),
        reason=f"at most 2 is wanted; {found.pages} pages, PAGES=FOLDER of *.html.gz asks for others",
    )


@bench
def collect() -> Measured:
    """Visits to feeds in files, against feedparser on the same bytes and the start of the sandbox that reads them."""
    found = feeds.measure()
    return Measured(
        value=round(1000 * found.visits / found.feeds, 1),
        unit="ms a feed",
        yardstick=(
            f"feedparser {1000 * found.feedparser / found.feeds:.1f} ms and the sandbox's start"
            f" {1000 * found.starts / found.feeds:.0f} ms"
        ),
        ratio=round(found.ratio, 2),
        reason=(
            f"at most 1.3 is wanted: a first visit, all entries new; {found.later_ratio:.2f}x where none is."
            f" {found.bare_ratio:.2f}x feedparser without the starts;"
            f" {found.feeds} feeds of {found.size / found.feeds / 1000:.0f} KB"
        ),
    )


# --- the pages -------------------------------------------------------------------------------------------------


@bench
def page_times() -> Measured:
    """The slowest page's median answer time with 100,000 subscribers and 50,000 summaries."""
    found = pages.measure(print)
    page, took = found.slowest
    quick = [one for page, one in found.pages.items() if page.is_quick]
    soon = sum(one.median < pages.GOAL for one in quick)
    light = sum(one.processor < pages.GOAL for one in quick)
    return Measured(
        value=round(took, 1),
        unit="ms",
        yardstick=f"/healthz: {found.yardstick:.1f} ms",
        ratio=round(took / found.yardstick, 1),
        reason=f"{page.path}; of {len(quick)} pages {soon} answer in 100 ms, {light} take no more of a processor",
    )


def main() -> int:
    """Run all measures, or the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=sorted(BENCHES), help="run this one alone")
    only = parser.parse_args().only
    rows = [{"name": name, **asdict(BENCHES[name]())} for name in BENCHES if only in (None, name)]
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:,.2f}x"
        value = "-" if row["value"] is None else f"{row['value']:,.3f}".rstrip("0").rstrip(".")
        print(f"{row['name']:<24} {value:>12} {row['unit']:<14} {ratio:>10}  {row['yardstick']}  {row['reason']}")
    Path("bench.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
