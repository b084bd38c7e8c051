"""Full text search over summaries, and the topics they were found to be about."""

import json
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Summaries that are read at a time.
BATCH = 500

# How texts were searched at this step; it stays as it is, whatever becomes of searching since.
LONGEST = 100_000
REVISIONS = 1 << 20
NO_WORD = re.compile(r"[\W_]+")
SQLITE = sa.text("INSERT INTO search_words (rowid, headline, body) VALUES (:row, :headline, :body)")
POSTGRESQL = sa.text(
    "INSERT INTO search_words (summary_id, words) VALUES (:summary_id, "
    "setweight(to_tsvector('english', :headline), 'A') || setweight(to_tsvector('english', :body), 'D'))"
)


def upgrade() -> None:
    connection = op.get_bind()
    topics = op.create_table(
        "summary_topics",
        sa.Column("summary_id", ID, autoincrement=False, nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["summary_id"], ["summaries.id"], name=op.f("fk_summary_topics_summary_id")),
        sa.PrimaryKeyConstraint("summary_id", "topic_id", name=op.f("pk_summary_topics")),
    )
    op.create_index(op.f("ix_summary_topics_topic_id"), "summary_topics", ["topic_id"], unique=False)
    if connection.dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING "
            "fts5(headline, body, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
    else:
        op.execute(
            "CREATE TABLE search_words "
            "(summary_id bigint PRIMARY KEY REFERENCES summaries (id), words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")
    _fill_words(connection)
    _fill_topics(connection, topics)


def _fill_words(connection: sa.Connection) -> None:
    query = sa.text(
        "SELECT summaries.id, revisions.revision, revisions.entry FROM summaries JOIN revisions "
        "ON revisions.summary_id = summaries.id AND revisions.revision = summaries.revision "
        "WHERE summaries.id > :last ORDER BY summaries.id LIMIT :batch"
    )
    last = 0
    is_sqlite = connection.dialect.name == "sqlite"
    while rows := connection.execute(query, {"last": last, "batch": BATCH}).all():
        for summary_id, number, entry in rows:
            headline, body = _texts(json.loads(entry))
            key = {"row": summary_id * REVISIONS + number} if is_sqlite else {"summary_id": summary_id}
            connection.execute(SQLITE if is_sqlite else POSTGRESQL, {**key, "headline": headline, "body": body})
        last = rows[-1][0]


def _texts(entry: dict[str, Any]) -> tuple[str, str]:
    """(headline, everything else that is searched) of an entry as it is stored."""
    known = (entry.get(name) for name in ("journal", "doi", "pmid", "people", "design"))
    said = [*(entry.get("tags") or ()), *(one for one in known if one)]
    for section in entry["sections"]:
        said.append(section["heading"] or "")
        for block in section["blocks"]:
            if isinstance(block, str):
                said.append(block)
            else:
                said += [block["heading"]] if "heading" in block else block["items"]
    return _reduced(entry["headline"]), _reduced(" ".join(said))


def _reduced(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    return NO_WORD.sub(" ", "".join(char for char in folded if not unicodedata.combining(char))).strip()


def _fill_topics(connection: sa.Connection, topics: Any) -> None:
    """Those of the latest issue a summary stood in."""
    query = sa.text(
        "SELECT issue_items.summary_id, issue_items.matches FROM issue_items "
        "JOIN issues ON issues.id = issue_items.issue_id ORDER BY issues.until"
    )
    found = {summary_id: json.loads(matches) for summary_id, matches in connection.execute(query)}
    rows = [
        {"summary_id": summary_id, "topic_id": topic}
        for summary_id, matches in found.items()
        for topic in sorted({match["topic_id"] for match in matches})
    ]
    if rows:
        connection.execute(sa.insert(topics), rows)
