"""Looking back: a reader's own issue as it was mailed, and the general edition of an issue for anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from lxml import html as markup

from digest import previews
from digest.edition import Filling, lay_out
from digest.errors import NothingToDo, TokenError
from digest.models import Amendment, Correction, CorrectionState, Erratum, Issue, IssueStatus, Profile, Selection
from digest.newsroom import Digest
from digest.previews import Preview
from digest.tokens import Purpose

#: Stands in the place of a reader's own values until what holds them is taken out.
_NOBODY = "x-nobody-"
#: What goes with the words that name a reader.
_BLOCKS = frozenset({"p", "li", "div", "td", "h1", "h2", "h3"})


#: What an issue without news says to anybody.
_QUIET = "This was a quiet time: nothing new was added."


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicIssue:
    """An issue that anybody may read. What is equal here is the same page."""

    issue: Issue
    #: What was put right of it since it was approved, as its readers were told; oldest first.
    corrections: tuple[Correction, ...] = ()

    @property
    def label(self) -> str:
        """What its page is called."""
        return self.issue.window.label

    @property
    def published(self) -> datetime:
        """When it was there for its readers."""
        return max(self.issue.approved_at or self.issue.window.due, self.issue.window.due)

    @property
    def changed(self) -> datetime:
        """When its page said something else for the last time."""
        return max([self.published, *(one.at for one in self.corrections)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """Its general edition."""

    of: PublicIssue
    subject: str
    preheader: str
    #: A whole page, without anything that belongs to a reader.
    html: str
    #: What was put right since, of what this edition holds.
    errata: tuple[Erratum, ...] = ()


def web_version(digest: Digest, token: str) -> str:
    """The HTML of a reader's issue, rebuilt from what was frozen: byte for byte that of their mail.

    Its links are signed by the key that signed the link it is asked for with, whatever the operator's secret is by now.

    Raises:
        TokenError: the link is none of ours, or its reader was erased or got no mail of this issue (`gone`).
    """
    subject = digest.signer.read(Purpose.WEB_VERSION, token)
    delivery = digest.store.delivery(subject.issue_id, subject.subscriber_id) if subject.issue_id else None
    if delivery is None or delivery.edition_id is None or not delivery.address:
        raise TokenError("we have no issue for this link any more", gone=True)
    then = replace(digest, signer=digest.signer.as_of(Purpose.WEB_VERSION, token))
    return previews.of_delivery(then, digest.store.issue_by_id(subject.issue_id), delivery).html


def public_issues(digest: Digest) -> tuple[PublicIssue, ...]:
    """The issues anybody may read, latest first: approved ones that are due. None unless `archive` is set."""
    if not digest.settings.archive:
        return ()
    now = digest.clock()
    standing = digest.store.corrections(CorrectionState.STANDING)
    of = digest.store.corrected_pools() if standing else {}
    return tuple(
        PublicIssue(issue=issue, corrections=_since(issue, [one for one in standing if one.id in of.get(issue.id, ())]))
        for issue in digest.store.issues()
        if issue.status is IssueStatus.APPROVED and not issue.held and issue.window.due <= now
    )


def public_issue(digest: Digest, label: str) -> PublicIssue:
    """One of them. NothingToDo when there is no such issue for anybody to read."""
    found = next((one for one in public_issues(digest) if one.label == label), None)
    if found is None:
        raise NothingToDo("there is no such issue in the archive")
    return found


def general_edition(digest: Digest, public: PublicIssue) -> Archived:
    """An issue as a reader without interests gets it, without anything that is a reader's own.

    Where it had nothing for them it is the note of a quiet month: an issue that is listed can be read.
    """
    preview = previews.of_profile(digest, public.issue, Profile(quiet_note=True))
    edition = preview.edition
    if edition.selection.is_empty:
        edition = replace(edition, preheader=_QUIET)
        preview = replace(preview, edition=edition)
    page = "".join(
        words if is_text else _NOBODY + words for words, is_text in preview.pool.html.join(_fillings(preview))
    )
    errata = _errata(digest, public, edition.selection)
    return Archived(
        of=public, subject=edition.subject, preheader=edition.preheader, html=without_reader(page), errata=errata
    )


def _since(issue: Issue, corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """Those made since an issue was approved, oldest first."""
    later = (one for one in corrections if issue.approved_at is not None and one.at >= issue.approved_at)
    return tuple(sorted(later, key=lambda one: (one.at, one.id)))


def _errata(digest: Digest, public: PublicIssue, selection: Selection) -> tuple[Erratum, ...]:
    """The corrections of what an edition holds, as they are printed; of a withdrawn study by any summary of it."""
    placed = [one.summary_id for one in (*selection.research, *selection.background, *selection.also_new)]
    found = digest.store.summaries([*placed, *(one.summary_id for one in public.corrections)])
    studies = {found[number].study_id for number in placed if number in found}
    return tuple(
        digest.erratum(one)
        for one in public.corrections
        if one.summary_id in placed or (one.kind is Amendment.RETRACTED and found[one.summary_id].study_id in studies)
    )


def _fillings(preview: Preview) -> Mapping[str, Filling]:
    """What fills the page: words of feeds among them, which are no markup; and nobody is greeted."""
    planned = lay_out(preview.edition, preview.pool.html.pieces)
    written = {name: escape(given) if isinstance(given, str) else given for name, given in planned.items()}
    quiet = {"opening": _QUIET} if preview.edition.selection.is_empty else {}
    return {**written, **quiet, "greeting": ()}


def without_reader(page: str) -> str:
    """The page without the links and the sentences that are about one reader, whatever its template."""
    root = markup.document_fromstring(page)
    for anchor in root.xpath(f"//a[contains(@href, '{_NOBODY}')]"):
        following = anchor.getnext()
        if following is not None and following.tag == "br" and not (anchor.tail or "").strip():
            following.drop_tree()
        around = anchor.getparent()
        anchor.drop_tree()
        if around is not None and around.tag == "p" and not len(around) and not (around.text or "").strip():
            around.drop_tree()
    for element in root.xpath(f"//*[text()[contains(., '{_NOBODY}')] or @*[contains(., '{_NOBODY}')]]"):
        block = next((one for one in (element, *element.iterancestors()) if one.tag in _BLOCKS), None)
        if block is not None and block.getparent() is not None:
            block.drop_tree()
    return str(markup.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")).replace(_NOBODY, "")
