"""An issue as somebody gets it, and a test mail of it. Looking is a POST: no address or topic stands in a url."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from fastapi import Body
from fastapi.responses import JSONResponse, Response
from pydantic import Field, model_validator

from digest import previews
from digest.audience import address_key
from digest.models import Issue, Person
from digest.previews import Preview
from digest.web.api.answers import Answer, Call, Number
from digest.web.api.doors import Caller, ForEditors, router_for, write_down
from digest.web.api.issues import TheIssue
from digest.web.faults import NotAllowed
from digest.web.guard import MAIL_POLICY
from digest.web.previewing import preview_interests, preview_number, preview_reader
from digest.web.site import Newsroom, Site, TheSite

editors = router_for(ForEditors, "preview")
ROUTERS = (editors,)


class Form(StrEnum):
    """How a preview is answered."""

    JSON = "json"
    HTML = "html"
    TEXT = "text"
    EML = "eml"


class Whose(Call):
    """Whose edition: a reader's, that of any interests, or (with neither) the general one."""

    reader: str | None = Field(None, max_length=320, description="The address of a reader; for operators.")
    number: Number | None = Field(
        None, description="The number of a reader. An editor's token gets links that are nobody's, and no name."
    )
    interests: list[str] = Field([], max_length=200, description="Ids of topics, in the order of their weight.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum((self.reader is not None, self.number is not None, bool(self.interests))) > 1:
            raise ValueError("give a reader, a number or interests, only one of them")
        return self


class PreviewCall(Whose):
    """What to show, and how."""

    format: Form = Field(Form.JSON, description="All parts as JSON, one of them as it is, or the whole mail.")


class TestCall(Whose):
    """Whose edition to send as a test, and where."""

    __test__ = False

    to: str = Field(min_length=3, max_length=320, description="Where to. An editor's token reaches the desk's people.")


class PreviewAnswer(Answer):
    """An edition."""

    issue: str
    subject: str
    preheader: str
    html: str
    text: str
    sections: dict[str, list[int]] = Field(description="Ids of summaries by topic, in reading order.")
    background: list[int]
    also_new: list[int] = Field(description="Shown by headline only.")
    left_over: list[int] = Field(description="What did not fit: it rolls over to the next issue.")


class TestAnswer(Answer):
    """What the transport said."""

    __test__ = False

    detail: str


_FORMS = {
    "application/json": {"schema": {"$ref": "#/components/schemas/PreviewAnswer"}},
    "text/html": {"schema": {"type": "string"}},
    "text/plain": {"schema": {"type": "string"}},
    "message/rfc822": {"schema": {"type": "string"}},
}


@editors.post(
    "/issues/{label}/preview",
    response_model=PreviewAnswer,
    responses={200: {"description": "The edition, in the form that was asked for.", "content": _FORMS}},
)
def preview(site: TheSite, issue: TheIssue, person: Caller, call: Annotated[PreviewCall, Body()]) -> Response:
    """An issue as somebody gets it: the very bytes. 409 when they get nothing of it, and why."""
    shown = edition_of(site, issue, person, call)
    match call.format:
        case Form.HTML:
            return Response(shown.html, media_type="text/html", headers={"Content-Security-Policy": MAIL_POLICY})
        case Form.TEXT:
            return Response(shown.text, media_type="text/plain")
        case Form.EML:
            return Response(shown.message.data, media_type="message/rfc822")
        case Form.JSON:
            return JSONResponse(_answer(shown).model_dump(mode="json"))


@editors.post("/issues/{label}/test")
def test(site: TheSite, digest: Newsroom, issue: TheIssue, person: Caller, call: TestCall) -> TestAnswer:
    """Send one mail marked [TEST], past the ledger."""
    people = {address_key(one.address) for one in digest.settings.web.people}
    if not person.is_operator and address_key(call.to) not in people:
        raise NotAllowed("an editor's token sends tests to people of the desk alone: web.people names them")
    detail = previews.send_test(digest, edition_of(site, issue, person, call), to=call.to)
    write_down(digest, person, "mailed a test of it", issue)
    return TestAnswer(detail=detail)


def edition_of(site: Site, issue: Issue, person: Person, whose: Whose) -> Preview:
    """The edition a call speaks of. NotAllowed when an editor asks for an address."""
    if whose.number is not None:
        return preview_number(site, issue, whose.number, person)
    if whose.reader is None:
        return preview_interests(site, issue, whose.interests)
    if not person.is_operator:
        raise NotAllowed("which address reads what is for operators: ask for interests instead")
    return preview_reader(site, issue, whose.reader)


def _answer(shown: Preview) -> PreviewAnswer:
    edition, selection = shown.edition, shown.edition.selection
    return PreviewAnswer(
        issue=shown.issue.window.label,
        subject=edition.subject,
        preheader=edition.preheader,
        html=shown.html,
        text=shown.text,
        sections={topic: [one.summary_id for one in placed] for topic, placed in selection.sections},
        background=[one.summary_id for one in selection.background],
        also_new=[one.summary_id for one in selection.also_new],
        left_over=[one.summary_id for one in selection.left_over],
    )
