"""Summaries: found by their words, read with their revisions, and put right where what was sent was not right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from digest import correcting, departures
from digest.edition.view import view
from digest.errors import DigestError, InputError
from digest.models import Amendment, Correction, CorrectionState, IssueItem, Length, Person, Summary
from digest.newsroom import Digest
from digest.searching import search
from digest.web.desk.frame import PageNumber, RowNumber, counted, show
from digest.web.desk.log import write_down
from digest.web.doors import DeskForm, Somebody
from digest.web.faults import NotFound, status_of
from digest.web.forms import Form, whole
from digest.web.site import Newsroom, Site, TheSite

router = APIRouter()

#: Choices of how long ago, in days, as people say them.
AGES = ((31, "the last month"), (92, "three months"), (366, "a year"))

#: More days than any summary is old.
_OLDEST = 36_500


@router.get("/summaries")
def listed(
    request: Request,
    site: TheSite,
    digest: Newsroom,
    _person: Somebody,
    q: Annotated[str, Query(max_length=200)] = "",
    t: str = "",
    source: str = "",
    age: str = "",
    page: PageNumber = 1,
) -> Response:
    """The summaries that have these words; without any the newest."""
    days = min(max(whole(age) or 0, 0), _OLDEST)
    topics = digest.tree.topics
    number = next((number for number in range(len(topics)) if number == whole(t)), None)
    found = search(
        digest,
        q,
        since=digest.clock() - timedelta(days=days) if days else None,
        topic=topics[number].id if number is not None else None,
        source=source or None,
        page=max(page, 1),
    )
    return show(
        request,
        site,
        "summaries",
        found=found,
        q=q,
        number=number,
        source=source,
        days=days,
        ages=AGES,
        topics=[(topic, len(digest.tree.lineage(topic.id)) - 1) for topic in topics],
        sources=sorted({one.name for one in digest.sources} | {one.name for one in digest.store.source_states()}),
        proposed=[
            (one, summary)
            for one, summary in _with_summaries(digest, digest.store.corrections(CorrectionState.PROPOSED))
        ],
    )


def _with_summaries(digest: Digest, given: tuple[Correction, ...]) -> list[tuple[Correction, Summary]]:
    summaries = digest.store.summaries([one.summary_id for one in given])
    return [(one, summaries[one.summary_id]) for one in given if one.summary_id in summaries]


@router.get("/summaries/{number}")
def read(
    request: Request, site: TheSite, _person: Somebody, number: RowNumber, proposal: int | None = None
) -> Response:
    """One summary: as it is now, as it was, where it was printed, and what was put right."""
    return _page(request, site, number, proposal=str(proposal or ""))


def _page(
    request: Request,
    site: Site,
    number: int,
    *,
    proposal: str = "",
    trouble: DigestError | None = None,
    typed: Form | None = None,
) -> Response:
    digest = site.digest
    summary = summary_of(digest, number)
    _, *earlier = reversed(digest.store.revisions(number))
    mine = [one for one in digest.store.corrections() if one.summary_id == number]
    return show(
        request,
        site,
        "summary",
        summary=summary,
        it=view(IssueItem(summary=summary), Length.FULL, until=digest.today),
        earlier=earlier,
        printed=[(digest.store.issue_by_id(issue_id), readers) for issue_id, readers in digest.store.got(number)],
        corrections=[(one, digest.store.issue(correcting.label_of(one))) for one in mine],
        trouble=trouble,
        typed=typed or Form({}),
        proposal=proposal,
        status=status_of(trouble) if trouble else HTTPStatus.OK,
    )


def summary_of(digest: Digest, number: int) -> Summary:
    """The summary of this number. NotFound when there is none."""
    found = digest.store.summaries([number]).get(number)
    if found is None:
        raise NotFound(f"there is no summary {number}")
    return found


# --- put right ----------------------------------------------------------------------------------------------


@router.post("/summaries/{number}/correct")
def corrected(
    request: Request, site: TheSite, digest: Newsroom, person: Somebody, number: RowNumber, form: DeskForm
) -> Response:
    """Say how many it concerns; or, when that was seen, have them told."""
    summary = summary_of(digest, number)
    try:
        kind = _kind(form)
        if form.text("when") not in ("next", "once"):
            return _asked(request, site, summary, kind, form)
        return _done(site, number, kind, person, form)
    except DigestError as error:
        return _page(request, site, number, proposal=form.text("proposal"), trouble=error, typed=form)


def _asked(request: Request, site: Site, summary: Summary, kind: Amendment, form: Form) -> Response:
    """The question before it: what they will read, and how many they are."""
    digest = site.digest
    thought = _thought_of(digest, summary.id, kind, form.text("sentence"))
    standing = correcting.standing(digest, summary.id, thought.sentence, kind=kind)
    if not thought.sentence:
        raise InputError("write one plain sentence: what readers were told, and what is right")
    # A study is not sent to a reader twice, so the issues' readers are different ones.
    concerned = sum(number for _, number in digest.store.got(summary.id, whole_study=kind is Amendment.RETRACTED))
    letter = correcting.letter(digest, thought)
    return show(
        request,
        site,
        "correct",
        summary=summary,
        kind=kind,
        sentence=thought.sentence,
        proposal=form.text("proposal"),
        concerned=correcting.reach(digest, standing).owed if standing else concerned,
        stands=standing is not None,
        subject=letter.edition.subject,
    )


def _done(site: Site, number: int, kind: Amendment, person: Person, form: Form) -> Response:
    digest = site.digest
    at_once = form.text("when") == "once"
    # What stands may still be mailed at once: it was to wait, or could not be sent just after it was written.
    standing = correcting.standing(digest, number, form.text("sentence"), kind=kind) if at_once else None
    if standing is None:
        standing = _written(digest, number, kind, person, form)
        write_down(digest, person, f"marked summary {number} as {kind}")
    if not at_once:
        return site.pages.go(f"/desk/summaries/{number}", said="Whoever got it reads it in their next issue.")
    if letter := correcting.reach(digest, standing).letter:
        return site.pages.go(f"/desk/issues/{letter.window.label}/send", said="It was mailed before.")
    sent = correcting.send_at_once(digest, standing, by=person.name)
    site.courier.send(sent.window.label)
    mails = counted(departures.outstanding(digest, sent), "mail")
    return site.pages.go(f"/desk/issues/{sent.window.label}/send", said=f"It is on its way: {mails}.")


def _written(digest: Digest, number: int, kind: Amendment, person: Person, form: Form) -> Correction:
    if form.text("proposal"):
        proposed = correcting.find(digest, form.number("proposal"))
        return correcting.accept(digest, proposed, form.text("sentence"), by=person.name)
    return correcting.write(digest, number, form.text("sentence"), kind=kind, by=person.name)


@router.post("/corrections/{number}/dismiss")
def dismissed(site: TheSite, digest: Newsroom, person: Somebody, number: RowNumber, _form: DeskForm) -> Response:
    """Say that there is nothing to put right."""
    proposal = correcting.find(digest, number)
    correcting.dismiss(digest, proposal, by=person.name)
    write_down(digest, person, f"saw nothing to put right in summary {proposal.summary_id}")
    return site.pages.go("/desk/summaries", said="Nothing is put right.")


def _kind(form: Form) -> Amendment:
    try:
        return Amendment(form.text("kind"))
    except ValueError as error:
        raise InputError("say whether it is corrected or withdrawn") from error


def _thought_of(digest: Digest, number: int, kind: Amendment, sentence: str) -> Correction:
    """A correction as it would be, were it written now."""
    now: datetime = digest.clock().astimezone(UTC)
    words = " ".join(sentence.split())
    state = CorrectionState.STANDING
    return Correction(id=0, summary_id=number, kind=kind, sentence=words, state=state, by="", at=now)
