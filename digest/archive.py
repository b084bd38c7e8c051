"""Looking back: a reader's own issue as it was mailed, and the general edition of an issue for anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lxml import html as markup

from digest.edition import Filling, lay_out
from digest.errors import NothingToDo, TokenError
from digest.models import Issue, IssueStatus, Profile
from digest.newsroom import Digest, Preview
from digest.tokens import Purpose

#: Stands in the place of a reader's own values until what holds them is taken out.
_NOBODY = "x-nobody-"
#: What goes with the words that name a reader.
_BLOCKS = frozenset({"p", "li", "div", "td", "h1", "h2", "h3"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """An issue as anybody may read it."""

    issue: Issue
    subject: str
    preheader: str
    #: A whole page, without anything that belongs to a reader.
    html: str


def web_version(digest: Digest, token: str) -> str:
    """The HTML of a reader's issue, rebuilt from what was frozen: byte for byte that of their mail.

    After the secret key was changed its links are signed anew; all else is the same.

    Raises:
        TokenError: the link is none of ours, or its reader was erased or got no mail of this issue (`gone`).
    """
    subject = digest.signer.read(Purpose.WEB_VERSION, token)
    delivery = digest.store.delivery(subject.issue_id, subject.subscriber_id) if subject.issue_id else None
    if delivery is None or delivery.edition_id is None or not delivery.address:
        raise TokenError("we have no issue for this link any more", gone=True)
    return digest.preview_delivery(digest.store.issue_by_id(subject.issue_id), delivery).html


def public_issues(digest: Digest) -> tuple[Issue, ...]:
    """The issues anybody may read, latest first: approved ones that are due. None unless `archive` is set."""
    if not digest.settings.archive:
        return ()
    now = digest.clock()
    return tuple(
        issue
        for issue in digest.store.issues()
        if issue.status is IssueStatus.APPROVED and not issue.held and issue.window.due <= now
    )


def general_edition(digest: Digest, label: str) -> Archived:
    """An issue as a reader without interests gets it, without anything that is a reader's own.

    Raises:
        NothingToDo: there is no such issue for anybody to read.
    """
    issue = next((one for one in public_issues(digest) if one.window.label == label), None)
    if issue is None:
        raise NothingToDo("there is no such issue in the archive")
    preview = digest.preview_profile(issue, Profile())
    edition = preview.edition
    page = "".join(
        words if is_text else _NOBODY + words for words, is_text in preview.pool.html.join(_fillings(preview))
    )
    return Archived(issue=issue, subject=edition.subject, preheader=edition.preheader, html=without_reader(page))


def _fillings(preview: Preview) -> Mapping[str, Filling]:
    """What fills the page: words of feeds among them, which are no markup; and nobody is greeted."""
    planned = lay_out(preview.edition, preview.pool.html.pieces)
    written = {name: escape(given) if isinstance(given, str) else given for name, given in planned.items()}
    return {**written, "greeting": ()}


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
