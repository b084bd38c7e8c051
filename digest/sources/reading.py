"""What was read from a document: the one value that all readers of documents give."""

from __future__ import annotations

from dataclasses import dataclass, fields

from digest.models import Kind, PublishedDate, Section, SectionRole
from digest.sources.furniture import Cut
from digest.sources.roles import Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a document says about one study, or as an explainer. None and empty where it does not say."""

    headline: str | None = None
    sections: tuple[Section, ...] = ()
    #: How the role of each section is known, in their order; None for one of no role.
    why: tuple[Why | None, ...] = ()
    tags: tuple[str, ...] = ()
    journal: str | None = None
    published: PublishedDate | None = None
    credibility: str | None = None
    interest: str | None = None
    people: str | None = None
    design: str | None = None
    doi: str | None = None
    pmid: str | None = None
    #: The address of the original, where the text prints it.
    url: str | None = None
    kind: Kind = Kind.RESEARCH
    #: What was left out because it is the page's and not the summary's, in its order.
    cut: tuple[Cut, ...] = ()
    #: Why a person should look at it, a sentence each; empty when it was read without doubt.
    unsure: tuple[str, ...] = ()

    @property
    def is_structured(self) -> bool:
        """True when at least one section's role is known."""
        return any(section.role is not SectionRole.BODY for section in self.sections)

    def or_else(self, other: Reading) -> Reading:
        """This reading, with the other's word wherever this one has none.

        The text comes from one of them, whole, and with it how it was read.
        """
        text = self if self.sections else other
        mine = {field.name: getattr(self, field.name) or getattr(other, field.name) for field in fields(self)}
        of_the_text = {name: getattr(text, name) for name in ("why", "kind", "unsure", "cut")}
        return Reading(**{**mine, **of_the_text})
