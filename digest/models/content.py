"""Summaries and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Precision(StrEnum):
    """How precisely a published date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedDate:
    """A journal's date, as precisely as it is known. It may lie in the future; it never decides what is new."""

    #: The first day of the span that is meant: 1 March 2026 for March 2026, 1 January 2026 for 2026.
    day: date
    precision: Precision


class SectionRole(StrEnum):
    """What a section of a summary is for."""

    TAKEAWAY = "takeaway"
    FINDINGS = "findings"
    RELEVANCE = "relevance"
    CONSIDERATIONS = "considerations"
    BODY = "body"
    FAQ = "faq"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of plain text without line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, in order; `ordered` when its numbers mean something."""

    items: tuple[str, ...]
    ordered: bool = False
    #: The number of its first item, where it is `ordered`.
    start: int = 1


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside a section, such as the question of an answer."""

    text: str


Block = Paragraph | Bullets | Subheading


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of a summary: plain text in blocks, no markup of any kind."""

    role: SectionRole
    #: The heading as the source wrote it; None where the source had none.
    heading: str | None = None
    blocks: tuple[Block, ...] = ()


class Kind(StrEnum):
    """What a summary is, so that an explainer never claims to be new research."""

    RESEARCH = "research"
    BACKGROUND = "background"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One summary as its source gives it, read and cleaned, not yet stored."""

    source: str
    #: What names the entry inside its source for ever.
    guid: str
    #: An absolute http or https url; None where the source has none.
    url: str | None = None
    kind: Kind = Kind.RESEARCH
    headline: str
    #: In reading order; at most one of each role but BODY.
    sections: tuple[Section, ...] = ()
    #: The source's own article topics, as printed.
    tags: tuple[str, ...] = ()
    journal: str | None = None
    #: Lower case, without a resolver in front: `10.1000/xyz`.
    doi: str | None = None
    #: Digits only.
    pmid: str | None = None
    published: PublishedDate | None = None
    #: How the source rated the study, in its words.
    credibility: str | None = None
    interest: str | None = None
    #: Who was studied, e.g. "1,204 adults"; how, e.g. "randomised trial". None where the source does not say.
    people: str | None = None
    design: str | None = None
    #: BCP 47.
    language: str = "en"
    #: Why a person should look at how it was read, a sentence each; empty when it was read without doubt.
    unsure: tuple[str, ...] = ()
    #: What the source said about this entry, in one opaque word: the same word again means nothing changed there.
    fingerprint: str = ""

    def section(self, role: SectionRole) -> Section | None:
        """The first section of this role; None when there is none."""
        return next((section for section in self.sections if section.role == role), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """An entry as stored: immutable. A changed text is another revision with the same source and guid."""

    id: int
    study_id: int
    #: 1 for the first text seen, then 2, 3…
    revision: int
    #: When we first saw *any* revision of it: the only meaning of "new".
    added_at: datetime
    content_hash: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Furniture:
    """A text that stands in most documents of a source: it is the site's, and no part of a summary."""

    #: What names it: made from its words.
    key: str
    text: str
    #: In how many documents it stood of those that were looked at.
    documents: int
    #: True when an operator said that it is content after all.
    kept: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something wrong with one thing, found while the rest went on."""

    #: The file, line, url, key or address it is about.
    place: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceState:
    """What we remember about a source between two visits."""

    name: str
    #: The configured address all this is about: of another one nothing is known. None where that was not noted.
    address: str | None = None
    #: As the server sent them, for the next conditional GET (RFC 9110, 13).
    etag: str | None = None
    modified: str | None = None
    #: Where a permanent redirect (301, 308) sent us; asked instead of the configured url while it is there.
    moved_to: str | None = None
    #: True after 410: never asked again until its configuration changes, or an operator's visit goes well.
    retired: bool = False
    #: Not to be asked before this instant; None when it may be asked at once.
    retry_at: datetime | None = None
    #: Failures in a row.
    failures: int = 0
    #: What is wrong with it at present, for a person; None when nothing is.
    trouble: str | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
