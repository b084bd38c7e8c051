"""Full text search over summaries, and the topics they were found to be about."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.store.search import index
from digest.store.values import read_entry

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Summaries that are read at a time.
BATCH = 500


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
    while rows := connection.execute(query, {"last": last, "batch": BATCH}).all():
        for summary_id, number, entry in rows:
            index(connection, summary_id, number, read_entry(entry))
        last = rows[-1][0]


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
