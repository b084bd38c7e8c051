"""`make crashlab`: the rounds of the lab, over and over, on every database, transport and policy.

Its last line sums what happened; it ends with 1 when a promise broke, and says in which round and with which seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from digest.store.store import open_store
from tests.crashlab.databases import postgresql_server
from tests.crashlab.lab import WINDOWS, Lab, Senders, Tally
from tests.crashlab.rounds import ROUNDS, Case, cases
from tests.crashlab.sink import Arrivals, Folder, running_post, running_sink


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make crashlab ARGS=…", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="begin no round after so long (300)")
    parser.add_argument("--kills", type=int, default=0, help="go on until so many senders were killed, too")
    parser.add_argument("--readers", type=int, default=400, help="of each issue (400)")
    parser.add_argument("--seed", type=int, help="what chance begins with, and the order of the rounds; else the time")
    parser.add_argument("--round", choices=[one.name for one in ROUNDS], help="this one only")
    parser.add_argument("--kind", choices=sorted(WINDOWS), help="this transport only")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="this one only")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    first = int(time.time()) if given.seed is None else given.seed
    print(f"seed {first}", flush=True)
    total, broken, began = Tally(), 0, time.monotonic()
    senders = Senders()
    with ExitStack() as stack:
        stack.callback(senders.close)
        server = None if given.database == "sqlite" else stack.enter_context(postgresql_server())
        for number, case in enumerate(endless(given, random.Random(first)), start=first):
            if time.monotonic() - began > given.seconds and total.kills >= given.kills:
                break
            tally, wrong = played(case, senders, server, readers=given.readers, seed=number)
            total += tally
            broken += wrong is not None
            print(f"{case.name:<45} seed {number:<6} {wrong or tally}", flush=True)
    print(f"{total} broken={broken} seconds={time.monotonic() - began:.0f}")
    return 1 if broken else 0


def endless(given: argparse.Namespace, chance: random.Random) -> Iterator[Case]:
    """All cases that were asked for, again and again, each time in another order: a short run meets all kinds."""
    asked = [
        case
        for case in cases(ROUNDS)
        if given.round in (None, case.round.name)
        and given.database in (None, case.database)
        and given.kind in (None, case.kind)
    ]
    if not asked:
        sys.exit("crashlab: this round has no case on this database")
    while True:
        chance.shuffle(asked)
        yield from asked


def played(
    case: Case, senders: Senders, server: sa.URL | None, *, readers: int, seed: int
) -> tuple[Tally, AssertionError | None]:
    """What the case came to, and what it broke."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = stack.enter_context(a_database(case.database, server, Path(folder), seed))
        arrivals = stack.enter_context(an_arrival(case.kind, Path(folder)))
        store = open_store(url)
        stack.callback(store.close)
        chance = random.Random(seed)
        lab = Lab(store=store, senders=senders, arrivals=arrivals, readers=readers, policy=case.policy, chance=chance)
        try:
            return case.round.play(lab), None
        except AssertionError as broken:
            return lab.tally(), broken


@contextmanager
def a_database(kind: str, server: sa.URL | None, folder: Path, number: int) -> Iterator[str]:
    if kind == "sqlite" or server is None:
        yield f"sqlite:///{folder / 'digest.db'}"
        return
    name = f"crashlab_{number}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def an_arrival(kind: str, folder: Path) -> Iterator[Arrivals]:
    if kind == "file":
        yield Folder(folder / "outbox")
    elif kind == "smtp":
        with running_sink() as sink:
            yield sink
    else:
        with running_post(kind) as post:
            yield post


if __name__ == "__main__":
    sys.exit(main())
