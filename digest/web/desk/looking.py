"""Look at an issue as any reader will: the very bytes in a frame that runs, loads and reaches nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from digest.audience import address_key
from digest.errors import NothingToDo
from digest.models import Issue, Person, Placement, Selection
from digest.newsroom import Digest
from digest.previews import Preview
from digest.tries import A_MINUTE, count_try
from digest.web.desk.frame import TheIssue, show
from digest.web.desk.log import write_down
from digest.web.desk.reading import heading
from digest.web.desk.whose import TheirEdition, Whose, preview_of, reader_of
from digest.web.doors import DeskForm, Somebody
from digest.web.guard import MAIL_POLICY
from digest.web.previewing import beside
from digest.web.site import Newsroom, Site, TheSite, caller

router = APIRouter(prefix="/issues/{label}")


class Width(StrEnum):
    """How wide the screen is."""

    PHONE = "phone"
    TABLET = "tablet"
    DESKTOP = "desktop"


class Shade(StrEnum):
    """How the screen is set."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Part(StrEnum):
    """What is looked at."""

    MAIL = "mail"
    TEXT = "text"
    SOURCE = "source"
    DIFFERS = "differs"


class Against(StrEnum):
    """What an edition is compared with."""

    GENERAL = "general"
    LAST = "last"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What one edition has and another has not."""

    name: str
    other: str
    subjects: tuple[str, str]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    #: (headline, where it stands here, where it stands there)
    moved: tuple[tuple[str, str, str], ...]
    in_both: int

    @property
    def is_none(self) -> bool:
        """Whether they are alike."""
        return not self.only_here and not self.only_there and not self.moved and self.subjects[0] == self.subjects[1]


@router.get("/preview")
def looked(
    request: Request,
    site: TheSite,
    digest: Newsroom,
    issue: TheIssue,
    person: Somebody,
    one: TheirEdition,
    width: Width = Width.PHONE,
    shade: Shade = Shade.AUTO,
    part: Part = Part.MAIL,
    against: Against = Against.GENERAL,
) -> Response:
    """The page around the mail: whose it is, on which screen, and what of it."""
    preview, nothing = _made(site, issue, one, person)
    before, after = beside(digest, issue, one.reader or 0)
    differs = None
    if part is Part.DIFFERS and preview is not None:
        differs = _differing(site, issue, person, one, preview, against)
    return show(
        request,
        site,
        "preview",
        issue=issue,
        whose=one,
        address=reader_of(digest, one.reader).address if one.reader is not None and person.is_operator else "",
        preview=preview,
        nothing=nothing,
        before=before,
        after=after,
        width=width,
        shade=shade,
        part=part,
        against=against,
        differs=differs,
        topics=digest.tree.topics,
        depth={topic.id: len(digest.tree.lineage(topic.id)) - 1 for topic in digest.tree.topics},
    )


@router.post("/preview/find")
def found(
    request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, person: Somebody, form: DeskForm
) -> Response:
    """The reader of an address that is typed in full; from here on they are a number."""
    count_try(digest, "find reader", caller(request), most=30, within=A_MINUTE)
    reader = next(iter(digest.store.subscribers([form.text("address")])), None)
    back = f"/desk/issues/{issue.window.label}/preview"
    if reader is None or address_key(reader.address) != address_key(form.text("address")):
        return site.pages.go(back, said="No reader has this address.")
    write_down(digest, person, f"looked up reader {reader.id} by their address", issue)
    return site.pages.go(f"{back}?reader={reader.id}")


@router.get("/mail")
def framed(
    site: TheSite, issue: TheIssue, person: Somebody, one: TheirEdition, shade: Shade = Shade.AUTO
) -> HTMLResponse:
    """The mail itself, for the frame; as the screen is set it is the very HTML that is sent."""
    preview = preview_of(site, issue, one, person)
    return HTMLResponse(in_shade(preview.html, shade), headers={"Content-Security-Policy": MAIL_POLICY})


@router.get("/mail.eml")
def source(site: TheSite, issue: TheIssue, person: Somebody, one: TheirEdition) -> Response:
    """The whole mail as it goes over the wire."""
    preview = preview_of(site, issue, one, person)
    name = f'attachment; filename="{issue.window.label}.eml"'
    return Response(preview.message.data, media_type="message/rfc822", headers={"Content-Disposition": name})


def in_shade(html: str, shade: Shade) -> str:
    """The mail as a screen of this shade shows it, whatever the one it is looked at on prefers.

    Only the head is changed, where the kept styles are: a browser gives a page no other way to ask.
    """
    if shade is Shade.AUTO:
        return html
    head, end, body = html.partition("</head>")
    is_dark = shade is Shade.DARK
    head = re.sub(r"\(prefers-color-scheme:\s*dark\)", "(min-width: 0)" if is_dark else "(max-width: 0)", head)
    head = re.sub(r"(color-schemes?: ?)light dark", rf"\g<1>{shade}", head)
    return head.replace('content="light dark"', f'content="{shade}"') + end + body


def _made(site: Site, issue: Issue, one: Whose, person: Person) -> tuple[Preview | None, str]:
    try:
        return preview_of(site, issue, one, person), ""
    except NothingToDo as nothing:
        return None, str(nothing)


# --- what differs ---------------------------------------------------------------------------------------------


def _differing(
    site: Site, issue: Issue, person: Person, one: Whose, preview: Preview, against: Against
) -> Difference | str:
    """What differs from the other edition; words where there is none."""
    found = _other(site.digest, issue, one, against)
    if isinstance(found, str):
        return found
    name, other_issue, whom = found
    other, nothing = _made(site, other_issue, whom, person)
    if other is None:
        return f"{name}: {nothing}"
    return difference(site.digest, preview, other, names=(one.words, name))


def _other(digest: Digest, issue: Issue, one: Whose, against: Against) -> tuple[str, Issue, Whose] | str:
    if against is Against.GENERAL:
        return "The general edition", issue, Whose()
    if against is Against.LAST:
        earlier = [
            past for past in digest.store.issues(issue.window.cadence) if past.window.until <= issue.window.since
        ]
        return (earlier[0].window.title, earlier[0], one) if earlier else "There is no issue before this one"
    before, after = beside(digest, issue, one.reader or 0)
    number = before if against is Against.BEFORE else after
    return (f"Reader {number}", issue, Whose(reader=number)) if number else "There is no reader on that side"


def difference(digest: Digest, here: Preview, there: Preview, *, names: tuple[str, str]) -> Difference:
    """What two editions have and have not in common."""
    mine, theirs = _places(digest, here.edition.selection), _places(digest, there.edition.selection)
    lines = {**there.pool.headlines, **here.pool.headlines}

    def headlines(ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(lines[one] for one in ids)

    both = [one for one in mine if one in theirs]
    return Difference(
        name=names[0],
        other=names[1],
        subjects=(here.edition.subject, there.edition.subject),
        only_here=headlines([one for one in mine if one not in theirs]),
        only_there=headlines([one for one in theirs if one not in mine]),
        moved=tuple((lines[one], mine[one], theirs[one]) for one in both if mine[one] != theirs[one]),
        in_both=len(both),
    )


def _places(digest: Digest, selection: Selection) -> dict[int, str]:
    """Where each printed item stands, and how long it is there."""

    def place(placement: Placement) -> str:
        return f"{heading(digest.tree, placement.topic_id)}, {(placement.length or selection.length).value}"

    background = {one.summary_id: "Background" for one in selection.background}
    return {one.summary_id: place(one) for one in selection.research} | background
