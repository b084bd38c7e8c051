"""Editors at work: what they shape is what is previewed, checked, approved and sent; nobody overwrites anybody."""

from __future__ import annotations

import email
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import policy
from typing import Any

import pytest

from digest import approving, departures, desk, previews
from digest.errors import EditedMeanwhile, InputError, NothingToDo, StateError
from digest.models import (
    Change,
    Confirm,
    Edit,
    EditedPart,
    Exclude,
    Include,
    IssueStatus,
    Move,
    Note,
    Order,
    Pin,
    SectionRole,
    SkipReason,
    Title,
)
from digest.newsroom import Digest
from digest.telling import told
from tests.integration.room import DECEMBER, JANUARY, NOVEMBER, READERS, Room, drafted, entry, issue, number

HOSTILE = "</td><script>x</script> {{ hole('confirm') }} <!--z piece 0-->\r\nBcc: evil@example.org"


@pytest.fixture
def digest(room: Callable[..., Room]) -> Digest:
    """The newsletter when November is over, its issue a draft with four items; nothing was done to it."""
    return drafted(room())


def do(digest: Digest, *changes: Change, by: str = "ada", on: int | None = None) -> desk.Changed:
    return desk.change(digest, issue(digest), changes, by=by, on=on)


def text_of(digest: Digest, address: str) -> str:
    return previews.of_reader(digest, issue(digest), address).text


def order_of(digest: Digest, address: str) -> list[str]:
    guids = {one.summary.id: one.summary.entry.guid for one in digest.store.items(issue(digest).id)}
    selection = previews.of_reader(digest, issue(digest), address).edition.selection
    return [guids[one.summary_id] for one in selection.research]


# --- the shape arrives -------------------------------------------------------------------------------------


def test_the_editors_order_is_everybodys(digest: Digest) -> None:
    """Inside each reader's own sections."""
    before = order_of(digest, "eyes@example.org")
    do(digest, Order(summary_ids=(number(digest, before[-1]),)))
    assert order_of(digest, "eyes@example.org") == before[::-1]
    eyes_for_all = [guid for guid in order_of(digest, "all@example.org") if guid in before]
    assert eyes_for_all == before[::-1]


def test_an_excluded_item_reaches_nobody(digest: Digest) -> None:
    """And who is left with nothing is told why by the reason for none."""
    do(digest, *(Exclude(summary_id=number(digest, guid), reason="no study") for guid in "12"))
    assert order_of(digest, "all@example.org") == order_of(digest, "tired@example.org")
    with pytest.raises(NothingToDo, match=SkipReason.NOTHING_NEW):
        previews.of_reader(digest, issue(digest), "eyes@example.org")
    do(digest, Include(summary_id=number(digest, "1")))
    assert order_of(digest, "eyes@example.org") == ["1"]


def test_a_moved_item_is_found_in_its_new_topic(digest: Digest) -> None:
    """With the plain reason that its reader follows it."""
    do(digest, Move(summary_id=number(digest, "1"), topic_id="fatigue-sleep"))
    assert set(order_of(digest, "tired@example.org")) == {"1", "3", "4"}
    assert order_of(digest, "eyes@example.org") == ["2"]


def test_edited_words_are_sent_and_marked(digest: Digest) -> None:
    """The summary itself stays as its source wrote it."""
    do(digest, Edit(summary_id=number(digest, "1"), headline="Eyes, in short", takeaway="Less is more."))
    text = text_of(digest, "eyes@example.org")
    assert "Eyes, in short" in text and "Less is more." in text and "a first look" not in text
    assert "Edited by us for this issue: headline and key takeaway." in text
    assert "edited by us" not in text_of(digest, "tired@example.org").partition("Also new")[0].lower()
    originals = [one.summary.entry.headline for one in digest.store.items(issue(digest).id)]
    assert "Optic neuritis in multiple sclerosis, a first look" in originals


LIMITS = SectionRole.CONSIDERATIONS


def limits_of(one: int, text: str, **given: Any) -> Edit:
    return Edit(summary_id=one, parts=(EditedPart(role=LIMITS, text=text),), **given)


def test_any_part_is_sent_as_it_was_put_right(digest: Digest) -> None:
    """A list as a list; the mail names the parts, and the log the reason."""
    moved = EditedPart(role=SectionRole.FINDINGS, text="Two things:\n\n1. less pain\n2. more sleep")
    change = limits_of(number(digest, "1"), "Few took part.", reason="an offer of the site")
    do(digest, replace(change, parts=(*change.parts, moved)))
    text = text_of(digest, "eyes@example.org")
    assert "Few took part." in text and "1. less pain\n2. more sleep" in text
    assert "Edited by us for this issue: what they found and important considerations." in " ".join(text.split())
    assert text.count("It was small.") == 1
    (act,) = digest.store.acts(issue(digest).id)
    assert told(act).endswith(f"of summary {number(digest, '1')} (an offer of the site)")


def test_limits_never_vanish_by_mistake(digest: Digest) -> None:
    """Said on purpose and why, they go, and the mail says what it says where a source names none."""
    one = number(digest, "1")
    with pytest.raises(InputError, match="would be empty"):
        do(digest, limits_of(one, "", reason="no limits there"))
    do(digest, limits_of(one, "", reason="no limits there", no_limits=True))
    text = text_of(digest, "eyes@example.org")
    assert "The source names no limits." in text and text.count("It was small.") == 1


def test_an_edit_is_of_the_text_that_was_seen(digest: Digest) -> None:
    """The source wrote something new meanwhile: nobody changes, or vouches for, what they did not see."""
    one = number(digest, "1")
    for change in (limits_of(one, "Few.", reason="x", revision=2), Confirm(summary_id=one, revision=2)):
        with pytest.raises(StateError, match="has changed its text since"):
            do(digest, change)
    do(digest, limits_of(one, "Few.", reason="x", revision=1))
    assert digest.shape(issue(digest)).edits[one].revision == 1


def test_saying_that_it_is_read_right_voids_no_approval(digest: Digest) -> None:
    """It stands in the trail, can be undone, and is no change of what readers get."""
    approving.approve(digest, issue(digest), by="ada")
    one = number(digest, "1")
    assert do(digest, Confirm(summary_id=one)).issue.status is IssueStatus.APPROVED
    with pytest.raises(NothingToDo):
        do(digest, Confirm(summary_id=one))
    assert desk.undo(digest, issue(digest), by="jo").shape.confirmed == {}


def test_changes_of_one_act_follow_each_other(digest: Digest) -> None:
    """Each is measured by what the ones before it came to, not by what stood; what they cancel out is nothing."""
    one, other = number(digest, "1"), number(digest, "2")
    with pytest.raises(NothingToDo, match="takes itself back"):
        do(digest, Pin(summary_id=one), Pin(summary_id=one, pinned=False))
    done = do(digest, Pin(summary_id=one), Pin(summary_id=other), Pin(summary_id=one, pinned=False))
    assert done.shape.pinned == {other}
    done = do(digest, Note(text="First."), Note(text="Second."), Note(text="First."))
    assert done.shape.notes == {"": "First."}
    assert do(digest, Note(text=""), Note(text="First."), Pin(summary_id=one)).shape.pinned == {one, other}


def test_notes_reach_those_they_are_for(digest: Digest) -> None:
    """All of them, or who follows the topic; the general edition follows none."""
    do(digest, Note(text="Dear all.\n\nWelcome."), Note(text="For your eyes.", topic_id="vision"))
    eyes, tired, everyone = (text_of(digest, one.address) for one in READERS)
    assert all("Dear all.\n\nWelcome.\n" in text for text in (eyes, tired, everyone))
    assert ["For your eyes." in text for text in (eyes, tired, everyone)] == [True, False, False]


def test_subjects_are_the_editors(digest: Digest) -> None:
    """By the reader's first interest that has one; else everybody's; else what it says by itself."""
    do(digest, Title(subject="On eyes", topic_id="vision"), Title(preheader="Look inside"))
    eyes, tired = (previews.of_reader(digest, issue(digest), one.address).edition for one in READERS[:2])
    assert (eyes.subject, eyes.preheader) == ("On eyes", "Look inside")
    assert tired.subject.startswith("November 2026: 2 new research") and tired.preheader == "Look inside"


def test_hostile_words_of_an_editor_are_words(digest: Digest) -> None:
    """A note, a headline or a subject adds no element and no header."""
    do(
        digest,
        Note(text=HOSTILE),
        Title(subject=HOSTILE, preheader=HOSTILE),
        Edit(summary_id=number(digest, "1"), headline=HOSTILE, takeaway=HOSTILE),
    )
    preview = previews.of_reader(digest, issue(digest), "eyes@example.org")
    assert "<script>" not in preview.html and "&lt;script&gt;" in preview.html
    message = email.message_from_bytes(preview.message.data, policy=policy.default)
    assert message["Bcc"] is None and "Bcc: evil" in message["Subject"]


def test_what_was_shaped_is_what_arrives(room: Callable[..., Room]) -> None:
    """Byte for byte what the preview showed before and after the approval, to each reader; the ledger adds up."""
    made = room()
    digest = drafted(made)
    do(digest, Pin(summary_id=number(digest, "4")), Note(text="Dear all."), Title(subject="Ours"))
    do(digest, Edit(summary_id=number(digest, "3"), headline="Short walks"))
    do(digest, Exclude(summary_id=number(digest, "2"), reason="x"))
    drafts = {one.address: text_of(digest, one.address) for one in READERS}
    approving.approve(digest, issue(digest), by="ada")
    shown = {one.address: previews.of_reader(digest, issue(digest), one.address).message.data for one in READERS}
    assert {one.address: text_of(digest, one.address) for one in READERS} == drafts
    departures.send(digest, issue(digest))
    assert {one.recipient: one.data for one in made.outbox} == shown
    assert "Short walks" in drafts["tired@example.org"] and "another trial" not in drafts["all@example.org"]


def test_a_name_that_changes_later_is_in_neither(room: Callable[..., Room]) -> None:
    """An approved mail greets its reader as on the day of the approval, and so does its preview."""
    made = room()
    digest = drafted(made)
    approving.approve(digest, issue(digest), by="ada")
    renamed = [replace(one, name="Somebody Else") for one in digest.store.subscribers()]
    digest.store.save_subscribers(renamed, now=DECEMBER)
    shown = {one.address: previews.of_reader(digest, issue(digest), one.address).message.data for one in READERS}
    departures.send(digest, issue(digest))
    assert {one.recipient: one.data for one in made.outbox} == shown
    assert not any(b"Somebody Else" in mail for mail in shown.values())


def test_a_draft_that_fills_keeps_its_shape(room: Callable[..., Room]) -> None:
    """Composing again, with more or the same, undoes nothing of it."""
    digest = drafted(room(), NOVEMBER + timedelta(days=1))
    do(digest, Exclude(summary_id=number(digest, "1"), reason="no study"))
    late = entry("5", "Optic neuritis in multiple sclerosis, a late one")
    digest.store.add_entries([late], now=NOVEMBER + timedelta(days=2))
    digest.compose(digest.window("2026-11"))
    assert set(order_of(digest, "eyes@example.org")) == {"2", "5"}


# --- later issues ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "arrives"), [(False, False), (True, True)])
def test_a_later_issue_takes_it_only_when_allowed(room: Callable[..., Room], later: bool, arrives: bool) -> None:
    """What was excluded for good is named as left out; what was kept for later waits for everybody it concerns."""
    made = room()
    november = drafted(made)
    kept = number(november, "1")
    do(november, Exclude(summary_id=kept, reason="not yet", later=later))
    approving.approve(november, issue(november), by="ada")
    departures.send(november, issue(november))
    december = made.at(JANUARY)
    fresh = entry("6", "Optic neuritis in multiple sclerosis, in December")
    december.store.add_entries([fresh], now=DECEMBER + timedelta(days=1))
    composed = december.compose(december.window("2026-12"))
    assert [one.id for one in composed.excluded] == ([] if later else [kept])
    preview = previews.of_reader(december, issue(december, "2026-12"), "eyes@example.org")
    assert ("a first look" in preview.text) is arrives and "in December" in preview.text


# --- two editors -------------------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told(digest: Digest) -> None:
    """Both saw version 0; only one acts on it. Without a version named, the second acts on what there is."""
    do(digest, Note(text="Mine"), on=0)
    with pytest.raises(EditedMeanwhile, match="ada wrote the note for all readers"):
        do(digest, Note(text="Yours"), by="jo", on=0)
    assert digest.shape(issue(digest)).notes == {"": "Mine"}
    assert do(digest, Note(text="Yours"), by="jo").shape.notes == {"": "Yours"}


def test_an_approval_names_what_was_seen(digest: Digest) -> None:
    """Whoever looked at an earlier version does not approve this one."""
    do(digest, Note(text="Mine"))
    with pytest.raises(EditedMeanwhile):
        approving.approve(digest, issue(digest), by="jo", on=0)
    assert issue(digest).status is IssueStatus.DRAFT


def test_undo_and_redo(digest: Digest) -> None:
    """Back to where it was, and forth again; what cannot be taken back is nothing to do."""
    untouched = text_of(digest, "eyes@example.org")
    do(digest, Note(text="Hello"))
    noted = text_of(digest, "eyes@example.org")
    desk.undo(digest, issue(digest), by="jo")
    assert text_of(digest, "eyes@example.org") == untouched
    with pytest.raises(NothingToDo):
        desk.undo(digest, issue(digest), by="jo")
    desk.redo(digest, issue(digest), by="ada")
    assert text_of(digest, "eyes@example.org") == noted
    with pytest.raises(NothingToDo):
        desk.redo(digest, issue(digest), by="ada")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Pin(summary_id=99), "summary 99 is not in 2026-11"),
        (Order(summary_ids=(1, 99)), "summary 99 is not in"),
        (Order(summary_ids=(1,), after=1), "cannot stand behind itself"),
        (Move(summary_id=1, topic_id="visoin"), "did you mean 'vision'"),
        (Note(text="x", topic_id="nothing"), "is no topic"),
        (Title(subject="x", topic_id="nothing"), "is no topic"),
        (Exclude(summary_id=1, reason="  "), "say why"),
        (Title(subject="x" * 201), "201 characters, and room for 200"),
        (Note(text="x" * 4001), "room for 4000"),
        (Edit(summary_id=1, headline="x" * 301), "room for 300"),
    ],
)
def test_what_cannot_be_is_refused(digest: Digest, change: Change, words: str) -> None:
    """With what is wrong; nothing of the act is kept."""
    with pytest.raises(InputError, match=words):
        do(digest, Note(text="Hello"), change)
    assert digest.shape(issue(digest)).version == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Pin(summary_id=1, pinned=False), "summary 1 is not pinned"),
        (Include(summary_id=1), "summary 1 is not excluded"),
        (Move(summary_id=1, topic_id=None), "summary 1 stands with its own topics already"),
        (Edit(summary_id=1), "no other words were given for summary 1"),
        (Edit(summary_id=1, headline=""), "summary 1 says what its source says already"),
        (Edit(summary_id=1, takeaway=""), "summary 1 says what its source says already"),
        (Edit(summary_id=1, restore=(SectionRole.FINDINGS,)), "summary 1 says what its source says already"),
        (Edit(summary_id=1, parts=(EditedPart(role=SectionRole.CONSIDERATIONS, text="It was small."),)),
         "summary 1 says just that already"),
        (Confirm(summary_id=1, confirmed=False), "nobody said that summary 1 was read right"),
        (Note(text=" \n "), "the note for all readers is empty already"),
        (Title(), "subject and preheader for all readers are these already"),
        (Title(subject=""), "subject and preheader for all readers are these already"),
        (Order(summary_ids=()), "nothing was named"),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_no_act(digest: Digest, change: Change, words: str) -> None:
    """It voids no approval, leaves no trace, and is told what is so already."""
    with pytest.raises(NothingToDo, match=f"nothing was changed: {words}"):
        do(digest, change)


def test_what_is_asked_for_twice_is_so_already(digest: Digest) -> None:
    """Each of several things is named once."""
    asked = (Pin(summary_id=1), Exclude(summary_id=2, reason="old"), Note(text="Hello."), Confirm(summary_id=1))
    do(digest, *asked)
    words = "1 is pinned already; summary 2 is excluded for this reason already; the note for all readers says that"
    with pytest.raises(NothingToDo, match=words):
        do(digest, *asked, *asked)
    with pytest.raises(NothingToDo, match="nothing was asked for"):
        do(digest)


ALL = tuple(EditedPart(role=role, text="") for role in SectionRole if role is not SectionRole.CONSIDERATIONS)


def test_an_item_never_loses_all_its_words(digest: Digest) -> None:
    """Neither at once nor one by one; one that says nothing is left out."""
    one = number(digest, "1")
    emptied = Edit(summary_id=one, parts=ALL)
    with pytest.raises(InputError, match="leave the item out"):
        do(digest, emptied)
    limits = EditedPart(role=LIMITS, text="")
    with pytest.raises(InputError, match="leave the item out"):
        do(digest, replace(emptied, parts=(*ALL, limits), reason="why", no_limits=True))
    for part in ALL[1:]:
        with suppress(NothingToDo):
            do(digest, Edit(summary_id=one, parts=(part,)))
    with pytest.raises(InputError, match="leave the item out"):
        do(digest, Edit(summary_id=one, parts=ALL[:1]))
    kept = replace(ALL[0], text="It may help.")
    do(digest, replace(emptied, parts=(kept, *ALL[1:])))


def test_no_limits_is_not_said_where_limits_stand(digest: Digest) -> None:
    """Alone, or beside a change of something else: nothing of it is passed over in silence."""
    one = number(digest, "1")
    for change in (
        Edit(summary_id=one, headline="Other"),
        Edit(summary_id=one),
        Edit(summary_id=one, restore=(LIMITS,)),
    ):
        with pytest.raises(InputError, match="only one can be right"):
            do(digest, replace(change, no_limits=True, reason="why"))
    do(digest, limits_of(one, "", reason="why", no_limits=True))
    do(digest, Edit(summary_id=one, headline="Other", no_limits=True))


# --- approval ----------------------------------------------------------------------------------------------


def test_a_change_makes_an_approval_void_and_says_so(digest: Digest) -> None:
    """The issue is a draft again; approved anew, it goes out as it is now."""
    approving.approve(digest, issue(digest), by="ada")
    changed = do(digest, Note(text="One more thing."), by="jo")
    assert changed.voided and changed.issue.status is IssueStatus.DRAFT
    approved = approving.approve(digest, issue(digest), by="jo")
    assert approved.approved_by == "jo" and "One more thing." in text_of(digest, "eyes@example.org")


def test_a_withdrawn_issue_is_not_sent(digest: Digest) -> None:
    """Until it is approved again."""
    approving.approve(digest, issue(digest), by="ada")
    assert desk.withdraw(digest, issue(digest), by="jo", reason="a slip").voided
    with pytest.raises(StateError, match="not approved yet"):
        departures.send(digest, issue(digest))
    assert not departures.sendable(digest)
    with pytest.raises(NothingToDo):
        desk.withdraw(digest, issue(digest), by="jo")


def test_what_has_left_cannot_be_changed(room: Callable[..., Room]) -> None:
    """The sentence says what can be done instead."""
    digest = drafted(room())
    approving.approve(digest, issue(digest), by="ada")
    departures.send(digest, issue(digest))
    for act in (lambda: do(digest, Note(text="Late.")), lambda: desk.withdraw(digest, issue(digest), by="jo")):
        with pytest.raises(StateError, match=r"3 mails have left.*correction"):
            act()


def test_two_people_approve(room: Callable[..., Room]) -> None:
    """One is not enough, the same one twice neither; then it is frozen, and names both."""
    digest = drafted(room(approvals=2))
    assert approving.approve(digest, issue(digest), by="Ada").status is IssueStatus.DRAFT
    assert [one.by for one in desk.approvals(digest, issue(digest)).given] == ["Ada"]
    with pytest.raises(StateError, match="somebody else's turn"):
        approving.approve(digest, issue(digest), by="ada")
    approved = approving.approve(digest, issue(digest), by="jo")
    assert (approved.status, approved.approved_by) == (IssueStatus.APPROVED, "Ada and jo")


def test_the_first_of_two_approvals_dies_of_a_change(room: Callable[..., Room]) -> None:
    """Nobody's agreement is used for something they did not see."""
    digest = drafted(room(approvals=2))
    approving.approve(digest, issue(digest), by="ada")
    assert do(digest, Note(text="Hello"), by="jo").voided
    assert approving.approve(digest, issue(digest), by="jo").status is IssueStatus.DRAFT
    assert approving.approve(digest, issue(digest), by="ada").status is IssueStatus.APPROVED


def test_an_approval_of_other_items_does_not_count(room: Callable[..., Room]) -> None:
    """What was collected in between changes what is approved, though no editor acted."""
    digest = drafted(room(approvals=2))
    approving.approve(digest, issue(digest), by="ada")
    late = entry("7", "Optic neuritis in multiple sclerosis, found late")
    digest.store.add_entries([late], now=NOVEMBER + timedelta(days=3))
    digest.compose(digest.window("2026-11"))
    so_far = desk.approvals(digest, issue(digest))
    assert (so_far.given, [one.by for one in so_far.void]) == ((), ["ada"])
    assert approving.approve(digest, issue(digest), by="jo").status is IssueStatus.DRAFT


@pytest.mark.parametrize(
    "change",
    [
        lambda one, _other: Pin(summary_id=one),
        lambda one, _other: Exclude(summary_id=one, reason="x"),
        lambda one, other: Order(summary_ids=(one,), after=other),
        lambda one, _other: Move(summary_id=one, topic_id="pediatric"),
        lambda one, _other: Edit(summary_id=one, headline="Other words"),
        lambda _one, _other: Note(text="Hello"),
        lambda _one, _other: Title(subject="Hello", topic_id="vision"),
        lambda _one, _other: Title(preheader="Hello"),
    ],
)
def test_the_hash_stands_for_all_that_was_approved(digest: Digest, change: Any) -> None:
    """Items, order, topics, words, notes, subjects: whatever changes, it is another hash; undone, it is the same."""
    before = approving.content_hash(digest, issue(digest))
    first, *_, last = (item.summary.id for item in digest.items(issue(digest)))
    do(digest, change(first, last))
    assert approving.content_hash(digest, issue(digest)) != before
    desk.undo(digest, issue(digest), by="ada")
    assert approving.content_hash(digest, issue(digest)) == before


# --- the schedule ------------------------------------------------------------------------------------------


def test_a_scheduled_issue_waits(room: Callable[..., Room]) -> None:
    """For the bell and for those who call it by name; its mails bear the hour they were scheduled for."""
    made = room()
    digest = drafted(made)
    hour = DECEMBER + timedelta(days=2)
    approving.approve(digest, issue(digest), by="ada")
    assert not desk.schedule(digest, issue(digest), hour, by="ada").voided
    assert not departures.sendable(digest)
    with pytest.raises(StateError, match="scheduled for 2026-12-03"):
        departures.send(digest, issue(digest))
    later = made.at(hour)
    departures.send(later, departures.sendable(later)[0])
    assert len(made.outbox) == 3 and b"Thu, 03 Dec 2026 10:00:00" in made.outbox[0].data


def test_a_schedule_lies_ahead(digest: Digest) -> None:
    """What is past is refused, what is so already is nothing to do."""
    with pytest.raises(InputError, match="is past"):
        desk.schedule(digest, issue(digest), DECEMBER - timedelta(days=1), by="ada")
    with pytest.raises(NothingToDo):
        desk.schedule(digest, issue(digest), None, by="ada")
