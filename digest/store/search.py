"""Full text search over summaries: FTS5 in SQLite, tsvector in PostgreSQL; the same words find the same.

Texts and questions are reduced alike before either database sees them: without case and accents, every sign that is no
letter or digit a space. Both stem English words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.models import Bullets, Entry
from digest.store.base import Found
from digest.store.engine import Part
from digest.store.tables import summaries, summary_topics

#: Characters of one text that are searched; PostgreSQL refuses vectors of more than a megabyte.
_LONGEST = 100_000
#: How much more a word in a headline weighs.
_HEADLINE = 4.0
#: So many hits are counted, and compared with each other. Words that more summaries have tell none of them apart.
MOST = 1_000
#: Below it one row of SQLite's index is one revision of one summary.
_REVISIONS = 1 << 20
_NO_WORD = re.compile(r"[\W_]+")
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')

#: Not in the metadata: a virtual table in SQLite, a vector in PostgreSQL. Their migration makes them.
_words = sa.table(
    "search_words", sa.column("rowid"), sa.column("summary_id"), sa.column("words"), sa.column("headline")
)
_matches: sa.ColumnClause[Any] = sa.column("search_words")


@dataclass(frozen=True, slots=True)
class Term:
    """What one part of a question asks for: words that stand one behind another."""

    words: tuple[str, ...]
    #: True when the last word is only begun.
    prefix: bool = False
    #: True when they must not be there.
    excluded: bool = False


def reduced(text: str) -> str:
    """A text as it is searched."""
    folded = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    return _NO_WORD.sub(" ", "".join(char for char in folded if not unicodedata.combining(char))).strip()


def texts_of(entry: Entry) -> tuple[str, str]:
    """(headline, everything else that is searched), reduced."""
    said = [
        *entry.tags,
        *(known for known in (entry.journal, entry.doi, entry.pmid, entry.people, entry.design) if known),
    ]
    for section in entry.sections:
        said += [section.heading or ""]
        for block in section.blocks:
            said += block.items if isinstance(block, Bullets) else (block.text,)
    return reduced(entry.headline), reduced(" ".join(said))


def terms_of(question: str) -> tuple[Term, ...]:
    """What a question asks for: words, "words in a row", begun* words and -excluded ones."""
    found = []
    for minus, phrase, word in _TERM.findall(question):
        words = tuple(reduced(phrase or word).split())
        if words:
            found.append(Term(words=words, prefix=word.endswith("*"), excluded=bool(minus)))
    return tuple(found)


class SearchPart(Part):
    """Finds summaries."""

    def search(
        self,
        question: str,
        *,
        since: datetime | None = None,
        topics: Collection[str] | None = None,
        source: str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The summaries whose latest revision has all the words, best first; without words the newest first.

        So they come, too, where more than `MOST` have the words: which of them is best would be chance.
        """
        terms = terms_of(question)
        if question.strip() and not any(not term.excluded for term in terms):
            return Found(total=0, ids=())
        with self.read() as connection:
            hits, best, newest = _hits(terms, connection.dialect.name)
            which = hits.where(*_filters(since, topics, source))
            counted = which.limit(MOST + 1) if terms else which
            total = connection.execute(sa.select(sa.func.count()).select_from(counted.subquery())).scalar_one()
            more = bool(terms) and total > MOST
            page = connection.execute(which.order_by(*(newest if more else best)).limit(limit).offset(offset))
            return Found(total=MOST if more else total, ids=tuple(row[0] for row in page), more=more)


def index(connection: sa.Connection, summary_id: int, revision: int, entry: Entry) -> None:
    """Let this revision be found in the place of the one before."""
    headline, body = texts_of(entry)
    row = {"summary_id": summary_id, "headline": headline, "body": body}
    if connection.dialect.name == "sqlite":
        # The rows of earlier revisions stay, and are passed over: an index without contents deletes nothing.
        row |= {"rowid": summary_id * _REVISIONS + revision}
        connection.execute(_INSERT_SQLITE, row)
    else:
        connection.execute(_INSERT_POSTGRESQL, row)


_INSERT_SQLITE = sa.text("INSERT INTO search_words (rowid, headline, body) VALUES (:rowid, :headline, :body)")
_INSERT_POSTGRESQL = sa.text(
    "INSERT INTO search_words (summary_id, words) VALUES (:summary_id, "
    "setweight(to_tsvector('english', :headline), 'A') || setweight(to_tsvector('english', :body), 'D')) "
    "ON CONFLICT (summary_id) DO UPDATE SET words = excluded.words"
)


_Order = tuple[sa.ColumnElement[Any], ...]


def _hits(terms: Iterable[Term], dialect: str) -> tuple[sa.Select[int], _Order, _Order]:
    """The ids of the summaries that match, and how they are ordered: best first, and newest first."""
    newest: _Order = (summaries.c.added_at.desc(), summaries.c.id.desc())
    wanted = tuple(terms)
    if not wanted:
        return sa.select(summaries.c.id), newest, newest
    if dialect == "sqlite":
        # Taken apart this way round, each hit is one look by the key; put together, it would be one at every summary.
        of_summary = summaries.c.id == _words.c.rowid.op("/")(_REVISIONS)
        latest = summaries.c.revision == _words.c.rowid.op("%")(_REVISIONS)
        joined = sa.select(summaries.c.id).join_from(_words, summaries, of_summary & latest)
        rank = sa.func.bm25(sa.literal_column("search_words"), _HEADLINE, 1.0)
        # Its own order from the end: the first page is found without a look at the others.
        return joined.where(_matches.op("MATCH")(_fts5(wanted))), (rank, *newest), (_words.c.rowid.desc(),)
    asked = sa.func.to_tsquery("english", _tsquery(wanted))
    joined = sa.select(summaries.c.id).join_from(_words, summaries, summaries.c.id == _words.c.summary_id)
    best = sa.func.ts_rank(_words.c.words, asked).desc()
    return joined.where(_words.c.words.op("@@")(asked)), (best, *newest), (summaries.c.id.desc(),)


def _fts5(terms: tuple[Term, ...]) -> str:
    """The question in FTS5's language. Words are letters and digits alone, so nothing in them can be read as more."""
    said = {term: f'"{" ".join(term.words)}"{"*" if term.prefix else ""}' for term in terms}
    wanted = " AND ".join(words for term, words in said.items() if not term.excluded)
    unwanted = " OR ".join(words for term, words in said.items() if term.excluded)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _tsquery(terms: tuple[Term, ...]) -> str:
    """The question in PostgreSQL's language."""
    return " & ".join(
        f"{'!' if term.excluded else ''}({' <-> '.join(term.words)}{':*' if term.prefix else ''})" for term in terms
    )


def _filters(
    since: datetime | None, topics: Collection[str] | None, source: str | None
) -> list[sa.ColumnElement[bool]]:
    about = sa.exists().where(summary_topics.c.summary_id == summaries.c.id)
    return [
        *([summaries.c.added_at >= since] if since is not None else []),
        *([about.where(summary_topics.c.topic_id.in_(sorted(topics)))] if topics is not None else []),
        *([summaries.c.source == source] if source is not None else []),
    ]
