"""The tables. What was said once and never changes lies apart from where it stands now.

    content     sources  studies  study_keys  summaries  aliases  furniture  | revisions  originals (immutable)
    issues      issue_status  issue_items  | issues  issue_acts  frozen_pools  editions (immutable)
                edition_items  | edition_corrections  corrections
    readers     subscribers  suppressions
                feedback (immutable)  letters  tries  erasures
    ledger      deliveries  buckets  breakers
    desk        credentials  deeds (immutable)

They are made by the migrations; this is what the migrations must come to, and a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa

from digest.models import (
    Amendment,
    Cadence,
    CorrectionState,
    CredentialKind,
    DeliveryState,
    DomainGroup,
    FeedbackKind,
    IssueKind,
    IssueStatus,
    LetterKind,
    PartOfDay,
    PostingState,
    Role,
    SubscriberStatus,
    Wait,
)
from digest.store import values
from digest.store.values import ID, Instant, Json, Said, Word

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- content ---------------------------------------------------------------------------------------------

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", Said, primary_key=True),
    sa.Column("etag", Said),
    sa.Column("modified", Said),
    sa.Column("moved_to", Said),
    sa.Column("retired", sa.Boolean, nullable=False),
    sa.Column("retry_at", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("trouble", Said),
    sa.Column("checked_at", Instant),
    sa.Column("succeeded_at", Instant),
    sa.Column("address", Said),
)

#: A study is only what its keys and summaries have in common. Ids are never used again: frozen editions name them.
studies = sa.Table(
    "studies",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("known_since", Instant, nullable=False),
    sqlite_autoincrement=True,
)

#: One key may belong to several studies (one title, two DOIs).
study_keys = sa.Table(
    "study_keys",
    metadata,
    sa.Column("key", Said, primary_key=True),
    sa.Column("study_id", ID, sa.ForeignKey("studies.id"), primary_key=True, autoincrement=False, index=True),
)

#: Where a summary stands: its study may merge into another, its latest revision grows.
summaries = sa.Table(
    "summaries",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("source", Said, nullable=False),
    #: The guid it first came under.
    sa.Column("guid", Said, nullable=False),
    sa.Column("study_id", ID, sa.ForeignKey("studies.id"), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    #: SHA-256 (hex) of the `studies.plain_title` of the latest revision: titles may be too long for an index.
    sa.Column("title_hash", sa.Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False, index=True),
    sa.UniqueConstraint("source", "guid"),
    sa.Index("ix_summaries_source_title_hash", "source", "title_hash"),
    sa.Index("ix_summaries_source_id", "source", "id"),
    sqlite_autoincrement=True,
)

#: The texts, immutable.
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("summary_id", ID, sa.ForeignKey("summaries.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content_hash", Said, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("entry", Json(values.write_entry, values.read_entry), nullable=False),
)

#: What a revision was read from, as `digest.sources.original` packs it; none for what needed no reading.
originals = sa.Table(
    "originals",
    metadata,
    sa.Column("summary_id", ID, sa.ForeignKey("summaries.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

#: Texts that stand in most documents of a source; one that an operator keeps is content, and is not learnt again.
furniture = sa.Table(
    "furniture",
    metadata,
    sa.Column("source", Said, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", Said, nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("kept", sa.Boolean, nullable=False),
    sa.Column("learnt_at", Instant, nullable=False),
)

#: Every guid a summary ever came under, its first one too, with what stood under it last.
aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("source", Said, primary_key=True),
    sa.Column("guid", Said, primary_key=True),
    sa.Column("summary_id", ID, sa.ForeignKey("summaries.id"), nullable=False, index=True),
    sa.Column("fingerprint", Said, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
)

#: What a summary is about, as the issue composed last with it has it. The words that are searched are not here: they
#: lie in an index of each database's own kind, `search_words`, that `store.search` reads and a migration makes.
summary_topics = sa.Table(
    "summary_topics",
    metadata,
    sa.Column("summary_id", ID, sa.ForeignKey("summaries.id"), primary_key=True, autoincrement=False),
    sa.Column("topic_id", Said, primary_key=True, index=True),
)

# --- issues ----------------------------------------------------------------------------------------------

#: What an issue is, immutable. The two constraints are what stops a second one, whoever rings the bell.
issues = sa.Table(
    "issues",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("cadence", Word(Cadence), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("label", Said, nullable=False, unique=True),
    sa.Column("title", Said, nullable=False),
    sa.Column("composed_at", Instant, nullable=False),
    sa.Column("kind", Word(IssueKind), nullable=False, server_default=sa.text("'issue'")),
    sa.UniqueConstraint("cadence", "since", "until"),
)

#: Where an issue stands.
issue_status = sa.Table(
    "issue_status",
    metadata,
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    sa.Column("status", Word(IssueStatus), nullable=False),
    sa.Column("held", sa.Boolean, nullable=False),
    sa.Column("approved_at", Instant),
    sa.Column("approved_by", Said),
    sa.Column("content_hash", Said),
    sa.Column("aborted_at", Instant),
    #: Why the send stopped itself; empty where a person holds it, or nobody does.
    sa.Column("held_because", Said, nullable=False, server_default=sa.text("''")),
    #: Bounces before it are not counted any more: a person has looked at them.
    sa.Column("judged_since", Instant),
    #: How many subscribers there were on the day of the freeze; None for a draft.
    sa.Column("recipients", sa.Integer),
    #: Scheduled: nothing leaves before.
    sa.Column("not_before", Instant),
)

#: What editors did, immutable. The primary key is what makes two of them at once one after the other.
issue_acts = sa.Table(
    "issue_acts",
    metadata,
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", Said, nullable=False),
    sa.Column("steps", Json(values.write_steps, values.read_steps), nullable=False),
)

issue_items = sa.Table(
    "issue_items",
    metadata,
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("summary_id", ID, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("matches", Json(values.write_matches, values.read_matches), nullable=False),
    sa.Column("fresh", sa.Boolean, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.ForeignKeyConstraint(["summary_id", "revision"], ["revisions.summary_id", "revisions.revision"]),
)

frozen_pools = sa.Table(
    "frozen_pools",
    metadata,
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), primary_key=True, autoincrement=False),
    sa.Column("pool", sa.LargeBinary, nullable=False),
)

editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), nullable=False),
    sa.Column("key", Said, nullable=False),
    sa.Column("subject", Said, nullable=False),
    sa.Column("preheader", Said, nullable=False),
    sa.Column("selection", Json(values.write_selection, values.read_selection), nullable=False),
    sa.UniqueConstraint("issue_id", "key"),
)

#: The summaries of an edition, with their studies as they are known now; the selection holds those of the day.
edition_items = sa.Table(
    "edition_items",
    metadata,
    sa.Column("edition_id", ID, sa.ForeignKey("editions.id"), primary_key=True, autoincrement=False),
    sa.Column("summary_id", ID, primary_key=True, autoincrement=False),
    sa.Column("study_id", ID, sa.ForeignKey("studies.id"), nullable=False, index=True),
    #: True when readers of the edition got it, False when it was left over.
    sa.Column("placed", sa.Boolean, nullable=False),
)

#: What has to be put right, and who decided so.
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("summary_id", ID, sa.ForeignKey("summaries.id"), nullable=False, index=True),
    sa.Column("kind", Word(Amendment), nullable=False),
    sa.Column("sentence", Said, nullable=False),
    sa.Column("state", Word(CorrectionState), nullable=False),
    sa.Column("by", Said, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

#: The corrections an edition prints. Whoever has a delivery of it that may have arrived has been told.
edition_corrections = sa.Table(
    "edition_corrections",
    metadata,
    sa.Column("edition_id", ID, sa.ForeignKey("editions.id"), primary_key=True, autoincrement=False),
    sa.Column("correction_id", ID, sa.ForeignKey("corrections.id"), primary_key=True, autoincrement=False, index=True),
)

# --- readers ---------------------------------------------------------------------------------------------

subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("address", Said, nullable=False),
    #: `audience.address_key` of the address.
    sa.Column("address_key", Said, nullable=False, unique=True),
    sa.Column("name", Said, nullable=False),
    sa.Column("profile", Json(values.write_profile, values.read_profile), nullable=False),
    sa.Column("cadence", Word(Cadence), nullable=False),
    sa.Column("role", Said, nullable=False),
    sa.Column("language", Said, nullable=False),
    sa.Column("status", Word(SubscriberStatus), nullable=False),
    #: A day in the newsletter's time zone.
    sa.Column("paused_until", sa.Date),
    #: An IANA name; empty for the newsletter's.
    sa.Column("timezone", Said, nullable=False, server_default=sa.text("''")),
    #: Monday 0 to Sunday 6; None for any, as with the part of the day.
    sa.Column("weekday", sa.Integer),
    sa.Column("part_of_day", Word(PartOfDay)),
    sa.Column("consent_at", Instant),
    sa.Column("consent_method", Said),
    sa.Column("consent_text_version", Said),
    sa.Column("consent_network", Said),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    #: The concealed `address_key` of the row of the readers' file that is about them, and its fingerprint as it was
    #: last taken in; None where none was.
    sa.Column("row_of", sa.Text),
    sa.Column("row_taken", sa.Text),
    sa.Index("ix_subscribers_cadence_id", "cadence", "id"),
    sa.Index("ix_subscribers_row_of", "row_of"),
    # How many there are of each status, counted without touching a row.
    sa.Index("ix_subscribers_status", "status"),
    sqlite_autoincrement=True,
)

suppressions = sa.Table(
    "suppressions",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("address_key", Said, nullable=False, unique=True),
    sa.Column("address", Said, nullable=False),
    sa.Column("reason", Word(FeedbackKind), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("detail", Said, nullable=False),
    #: The issue whose mail came back; None where that is not known.
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id")),
    #: Since when it waits for a person to say that it is right; it holds meanwhile. None for one that is not in doubt.
    sa.Column("quarantined_at", Instant),
)

#: What came back about an address, as it was said. The constraint is what makes a second copy of it no news.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("address_key", Said, nullable=False),
    sa.Column("address", Said, nullable=False),
    sa.Column("kind", Word(FeedbackKind), nullable=False),
    #: The provider's name for the event, or the instant where it has none.
    sa.Column("event_id", Said, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("code", Said, nullable=False),
    sa.Column("detail", Said, nullable=False),
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id")),
    sa.UniqueConstraint("address_key", "kind", "event_id"),
)

#: Letters on their way, and what their links may still do. One is forgotten when its time is over.
letters = sa.Table(
    "letters",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("kind", Word(LetterKind), nullable=False),
    sa.Column("address", Said, nullable=False),
    sa.Column("address_key", Said, nullable=False, index=True),
    sa.Column("subscriber_id", ID, nullable=False, index=True),
    sa.Column("asked", Json(values.write_asked, values.read_asked), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
    sa.Column("used_at", Instant),
    sa.Column("state", Word(PostingState), nullable=False),
    sa.Column("detail", Said, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    #: Not to be tried before.
    sa.Column("due_at", Instant, nullable=False),
    #: Who holds it, and until when; None while nobody does.
    sa.Column("owner", Said),
    sa.Column("lease_until", Instant),
    sa.Index("ix_letters_state_due_at", "state", "due_at"),
    sqlite_autoincrement=True,
)

#: Tries that are limited, by a keyed hash of who tried what; forgotten after an hour.
tries = sa.Table(
    "tries",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Index("ix_tries_who_at", "who", "at"),
)

#: Keyed hashes of the addresses of those whose data were erased: no file brings them back.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("concealed", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)

# --- ledger ----------------------------------------------------------------------------------------------

#: One row for each subscriber of the day of the freeze. The constraint is what makes a second mail impossible.
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), nullable=False),
    #: Whose row may be gone: what was erased stays counted here, without an address.
    sa.Column("subscriber_id", ID, nullable=False, index=True),
    #: None for a skipped one.
    sa.Column("edition_id", ID, sa.ForeignKey("editions.id"), index=True),
    #: As it was on the day of the freeze, and its key, to be compared with the suppressions.
    sa.Column("address", Said, nullable=False),
    sa.Column("address_key", Said, nullable=False),
    sa.Column("name", Said, nullable=False),
    #: Who runs the mailbox, by its domain on that day.
    sa.Column("domain_group", Word(DomainGroup), nullable=False, server_default=sa.text("'other'")),
    sa.Column("state", Word(DeliveryState), nullable=False),
    sa.Column("detail", Said, nullable=False, server_default=sa.text("''")),
    sa.Column("code", Said, nullable=False, server_default=sa.text("''")),
    #: The name of the transport that carries it, or carried it last; empty when none did.
    sa.Column("via", Said, nullable=False, server_default=sa.text("''")),
    #: Who holds it, and until when; None while nobody does.
    sa.Column("owner", Said),
    sa.Column("lease_until", Instant),
    sa.Column("fence", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("doubts", sa.Integer, nullable=False, server_default=sa.text("0")),
    #: None for "at once"; an instant only while it is DEFERRED.
    sa.Column("due_at", Instant),
    #: What it waits for that is no trouble; None where it does not, or a server asked for the delay.
    sa.Column("waits_for", Word(Wait)),
    sa.Column("first_tried_at", Instant),
    #: When it came to an end; the freeze for a skipped one.
    sa.Column("finished_at", Instant),
    sa.UniqueConstraint("issue_id", "subscriber_id"),
    # What is counted of a send, in this order, without touching a row; also finds the few of a state.
    sa.Index("ix_deliveries_issue_id_state_domain_group_via", "issue_id", "state", "domain_group", "via"),
    # What a claim looks for: the oldest that were never tried. A row leaves it when it is claimed, for ever.
    sa.Index(
        "ix_deliveries_issue_id_id",
        "issue_id",
        "id",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    # The same of one group, where groups have limits.
    sa.Index(
        "ix_deliveries_issue_id_domain_group_id",
        "issue_id",
        "domain_group",
        "id",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    # What a transport carried on a day, and what it carried last.
    sa.Index(
        "ix_deliveries_via_finished_at",
        "via",
        "finished_at",
        sqlite_where=sa.text("finished_at IS NOT NULL"),
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    ),
    # Who is due again: small, since only what was deferred has a due_at.
    sa.Index(
        "ix_deliveries_issue_id_due_at",
        "issue_id",
        "due_at",
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    ),
)

#: How many mails may leave at once, by transport and by who runs the mailbox; an empty group is for all together.
buckets = sa.Table(
    "buckets",
    metadata,
    sa.Column("transport", Said, primary_key=True),
    sa.Column("domain_group", sa.String(32), primary_key=True),
    sa.Column("tokens", sa.Float, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

#: How each transport has done; one without a row has done well.
breakers = sa.Table(
    "breakers",
    metadata,
    sa.Column("transport", Said, primary_key=True),
    sa.Column("recent", sa.String(64), nullable=False),
    sa.Column("opened_at", Instant),
    sa.Column("probe_at", Instant),
    sa.Column("probes", sa.Integer, nullable=False),
    sa.Column("reason", Said, nullable=False),
)

# --- desk --------------------------------------------------------------------------------------------------

#: Links that sign in, browsers that are signed in, and tokens of the HTTP API: what they hold, never themselves.
credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("key_hash", sa.Text, primary_key=True),
    sa.Column("kind", Word(CredentialKind), nullable=False),
    #: An address from the configuration, or the name of an API token.
    sa.Column("name", Said, nullable=False),
    sa.Column("role", Word(Role), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Index("ix_credentials_kind_name", "kind", "name"),
)

#: What people at the desk did besides the shape of issues, immutable.
deeds = sa.Table(
    "deeds",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", Said, nullable=False),
    sa.Column("what", Said, nullable=False),
    sa.Column("issue_id", ID, sa.ForeignKey("issues.id")),
    sa.Index("ix_deeds_issue_id", "issue_id", "id"),
)
