"""Corrections: exactly those who got it are told, once, in their next issue or at once."""

from __future__ import annotations

import email
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email import policy

import pytest

from digest import approving, correcting, departures, desk, operations, previews
from digest.checks import Rule
from digest.errors import InputError, NothingToDo, StateError
from digest.models import (
    Amendment,
    Cadence,
    Correction,
    CorrectionState,
    DeliveryState,
    Edit,
    Exclude,
    IssueKind,
    Note,
    Outcome,
    Paragraph,
    Receipt,
    Section,
    SectionRole,
    SubscriberStatus,
)
from digest.newsroom import Digest
from tests.integration.room import DECEMBER, ENTRIES, JANUARY, NOVEMBER, READERS, Room, drafted, entry, issue, number

LATER = DECEMBER + timedelta(hours=2)
EYES, TIRED, ALL = (reader.address for reader in READERS)
SENTENCE = "The trial had 120 people, not <1,200>."
MakeRoom = Callable[..., Room]


@pytest.fixture
def sent(room: MakeRoom) -> Room:
    """November has been sent: two summaries on eyes, two on fatigue, each to its readers and all to one."""
    made = room()
    digest = drafted(made)
    approving.approve(digest, issue(digest), by="ada")
    departures.send(digest, issue(digest))
    made.outbox.clear()
    return made


def wrong(digest: Digest, guid: str = "1", kind: Amendment = Amendment.CORRECTED) -> Correction:
    return correcting.write(digest, number(digest, guid), SENTENCE, kind=kind, by="ada")


def december(made: Room, *, fresh: bool = False) -> Digest:
    """December is over, with nothing new, or with one summary on fatigue."""
    if fresh:
        late = entry("9", "Fatigue in multiple sclerosis, a December trial")
        made.at(DECEMBER).store.add_entries([late], now=DECEMBER + timedelta(days=1))
    digest = made.at(JANUARY)
    digest.compose(digest.window("2026-12"))
    return digest


def recipients(made: Room) -> list[str]:
    return [message.recipient for message in made.outbox]


def subject(message) -> str:
    return str(email.message_from_bytes(message.data, policy=policy.default)["Subject"])


# --- in the next issue -------------------------------------------------------------------------------------


def test_the_next_issue_tells_exactly_those_who_got_it(sent: Room) -> None:
    """With a mail although nothing is new for them; nobody else gets one, and the sentence is escaped."""
    wrong(sent.at(LATER))
    digest = december(sent)
    approving.approve(digest, issue(digest, "2026-12"), by="ada")
    seen = {one: previews.of_reader(digest, issue(digest, "2026-12"), one) for one in (EYES, ALL)}
    departures.send(digest, issue(digest, "2026-12"))
    assert sorted(recipients(sent)) == sorted([EYES, ALL])
    assert {one.recipient: one.data for one in sent.outbox} == {who: p.message.data for who, p in seen.items()}
    assert subject(sent.outbox[0]) == "December 2026: a correction to what we sent you"
    html, text = seen[EYES].html, seen[EYES].text
    assert SENTENCE in text and "&lt;1,200&gt;" in html and "In our issue of November 2026" in text
    assert "Optic neuritis in multiple sclerosis, a first look" in text


def test_the_same_is_written_once(sent: Room) -> None:
    """Who writes it again is told so, or given the one that stands; white space makes no other sentence of it."""
    digest = sent.at(LATER)
    first = wrong(digest)
    with pytest.raises(NothingToDo, match="written before"):
        wrong(digest)
    again, is_new = correcting.write_once(
        digest, number(digest, "1"), f" {SENTENCE}\n", kind=Amendment.CORRECTED, by="jo"
    )
    assert not is_new and again == first and digest.store.corrections() == (first,)


def test_nobody_is_told_twice(sent: Room) -> None:
    """Not in the issue after, nor by a mail of its own."""
    made = wrong(sent.at(LATER))
    digest = december(sent)
    approving.approve(digest, issue(digest, "2026-12"), by="ada")
    departures.send(digest, issue(digest, "2026-12"))
    reach = correcting.reach(digest, made)
    assert (reach.owed, reach.told) == (0, 2)
    with pytest.raises(NothingToDo, match="nobody is owed"):
        correcting.send_at_once(digest, made, by="ada")


def test_beside_what_is_new_it_stands_after_it(sent: Room) -> None:
    """With a jump to it from the top."""
    wrong(sent.at(LATER), "3")
    digest = december(sent, fresh=True)
    text = previews.of_reader(digest, issue(digest, "2026-12"), TIRED).text
    marks = [text.index(words) for words in ("In this issue", "a December trial", SENTENCE, "Before you act")]
    assert marks == sorted(marks) and text.count("Corrections to what you got before") == 2
    assert SENTENCE not in previews.of_interests(digest, issue(digest, "2026-12"), ["fatigue-sleep"]).text


def test_what_was_printed_is_named_as_it_was_printed(room: MakeRoom) -> None:
    """The headline that readers saw, though it was an editor's and the source has another one by now."""
    made = room()
    digest = drafted(made)
    desk.change(digest, issue(digest), [Edit(summary_id=number(digest, "1"), headline="Eyes in short")], by="ada")
    approving.approve(digest, issue(digest), by="ada")
    assert digest.erratum(wrong(digest)).headline == "Eyes in short"


# --- who got it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state", "owed"),
    [
        (Outcome.ACCEPTED, DeliveryState.ACCEPTED, True),
        (Outcome.REFUSED, DeliveryState.BOUNCED, False),
        (Outcome.DEFERRED, DeliveryState.DEFERRED, False),
    ],
)
def test_only_what_may_have_arrived_is_corrected(
    room: MakeRoom, outcome: Outcome, state: DeliveryState, owed: bool
) -> None:
    """A mail that bounced told nobody anything wrong; one that is still on its way may, and is asked about later."""
    made = room()
    digest = drafted(made)
    approving.approve(digest, issue(digest), by="ada")
    digest.make_carriers()[0].transport.answer = lambda _message: Receipt(outcome=outcome)  # type: ignore[attr-defined]
    departures.send(digest, issue(digest))
    assert digest.store.progress(issue(digest).id) == {state: 3}
    assert correcting.reach(digest, wrong(digest)).owed == (2 if owed else 0)


def test_what_is_unknown_may_have_arrived(room: MakeRoom) -> None:
    """Its reader is told: a correction of what they never got does less harm than none of what they did."""
    made = room()
    digest = drafted(made)
    approving.approve(digest, issue(digest), by="ada")
    store, now = digest.store, digest.clock()
    claims = list(store.claim(issue(digest).id, "gone", limit=10, lease=60, now=now))
    store.record([], claims, "gone", lease=60, now=now)
    store.recover(issue(digest).id, resend=False, gone=["gone"], now=now)
    assert store.progress(issue(digest).id) == {DeliveryState.UNKNOWN: 3}
    assert correcting.reach(digest, wrong(digest)).owed == 2


def test_who_gets_it_later_is_told_in_the_issue_after(room: MakeRoom) -> None:
    """What was on its way when the correction was written is owed as soon as it has arrived."""
    made = room()
    digest = drafted(made)
    approving.approve(digest, issue(digest), by="ada")
    correction = wrong(digest)
    assert correcting.reach(digest, correction).owed == 0
    departures.send(digest, issue(digest))
    assert correcting.reach(digest, correction).owed == 2


def test_an_issue_approved_after_it_is_right_already(sent: Room) -> None:
    """What is printed later is printed with the correction known: nobody is told of what they did not get wrong."""
    digest = sent.at(LATER)
    correction = wrong(digest, "3")
    digest.store.save_subscribers([replace(READERS[0], id=0, address="new@example.org")], now=LATER)
    assert [*correcting.readers(digest, correction)] == [TIRED, ALL]


def test_an_issue_s_pool_knows_what_was_put_right_of_it(sent: Room) -> None:
    """For the archive: only what stands, of an issue approved after it, too, for that may hold it again."""
    digest = sent.at(LATER)
    store = digest.store
    assert store.corrected_pools() == {}
    words, study = wrong(digest), wrong(digest, "2", Amendment.RETRACTED)
    store.add_correction(
        number(digest, "3"), Amendment.CORRECTED, "", state=CorrectionState.PROPOSED, by="digest", now=LATER
    )
    assert store.corrected_pools() == {issue(digest).id: frozenset({words.id, study.id})}


def test_a_retraction_reaches_whoever_read_of_the_study(room: MakeRoom) -> None:
    """Any summary of it counts; words that were wrong are those of one summary alone."""
    made = room()
    digest = drafted(made)
    twin = entry("twin", "Optic neuritis in multiple sclerosis, told by others", source="others", doi="10.1000/eyes")
    digest.store.add_entries([replace(ENTRIES[0], doi="10.1000/eyes")], now=NOVEMBER)
    digest.store.add_entries([twin], now=NOVEMBER)
    digest.compose(digest.window("2026-11"))
    approving.approve(digest, issue(digest), by="ada")
    departures.send(digest, issue(digest))
    first, other = number(digest, "1"), number(digest, "twin")
    printed = previews.of_reader(digest, issue(digest), EYES).edition.selection.research
    (got,) = {first, other} & {one.summary_id for one in printed}
    unseen = other if got == first else first
    corrected = correcting.write(digest, unseen, SENTENCE, kind=Amendment.CORRECTED, by="ada")
    retracted = correcting.write(digest, unseen, SENTENCE, kind=Amendment.RETRACTED, by="ada")
    assert [correcting.reach(digest, one).owed for one in (corrected, retracted)] == [0, 2]


# --- at once -----------------------------------------------------------------------------------------------


def test_a_mail_of_its_own_goes_out_at_once(sent: Room) -> None:
    """Through the same ledger, to exactly those, with the rules of every mail; its preview is what is sent."""
    digest = sent.at(LATER)
    correction = wrong(digest, kind=Amendment.RETRACTED)
    letter = correcting.send_at_once(digest, correction, by="ada")
    assert (letter.window.label, letter.kind) == (f"correction-{correction.id}", IssueKind.CORRECTION)
    assert departures.sendable(digest) == (letter,)
    seen = {who: previews.of_reader(digest, letter, who).message.data for who in (EYES, ALL)}
    assert departures.send(digest, letter).accepted == 2
    assert {one.recipient: one.data for one in sent.outbox} == seen
    assert subject(sent.outbox[0]) == "A study we sent you was withdrawn (November 2026)"
    assert b"List-Unsubscribe-Post" in sent.outbox[0].data
    assert operations.audit(digest, letter).agrees
    reach = correcting.reach(digest, correction)
    assert (reach.owed, reach.told) == (0, 2) and reach.letter is not None


def test_it_is_written_once(sent: Room) -> None:
    """The second time says so, and how to send what is left."""
    digest = sent.at(LATER)
    correction = wrong(digest)
    correcting.send_at_once(digest, correction, by="ada")
    with pytest.raises(NothingToDo):
        correcting.send_at_once(digest, correction, by="jo")
    assert len(digest.letters()) == 1


def test_the_next_issue_does_not_repeat_it(sent: Room) -> None:
    """Whoever is about to be told is not told by another mail, either."""
    digest = sent.at(LATER)
    correcting.send_at_once(digest, wrong(digest), by="ada")
    later = december(sent)
    with pytest.raises(NothingToDo):
        previews.of_reader(later, issue(later, "2026-12"), EYES)


def test_a_letter_that_never_arrived_is_owed_again(sent: Room) -> None:
    """A bounce told nobody."""
    digest = sent.at(LATER)
    correction = wrong(digest)
    letter = correcting.send_at_once(digest, correction, by="ada")
    operations.abort(digest, letter)
    assert correcting.reach(digest, correction).owed == 2


def test_who_may_not_be_mailed_is_left_in_peace(sent: Room) -> None:
    """Who left gets none; who is paused is told in their next issue. Both stand in the ledger with the reason."""
    digest = sent.at(LATER)
    eyes = digest.subscriber(EYES)
    digest.store.save_subscribers([replace(eyes, paused_until=date(2026, 12, 20))], now=LATER)
    digest.store.set_status(ALL, SubscriberStatus.UNSUBSCRIBED, now=LATER)
    correction = wrong(digest)
    letter = correcting.send_at_once(digest, correction, by="ada")
    assert digest.store.progress(letter.id) == {DeliveryState.SKIPPED: 2}
    later = december(sent)
    assert SENTENCE in previews.of_reader(later, issue(later, "2026-12"), EYES).text


def test_readers_of_every_cadence_are_told(sent: Room) -> None:
    """Also those who changed how often they read since."""
    digest = sent.at(LATER)
    digest.store.save_subscribers([replace(digest.subscriber(EYES), cadence=Cadence.QUARTERLY)], now=LATER)
    letter = correcting.send_at_once(digest, wrong(digest), by="ada")
    assert digest.store.progress(letter.id) == {DeliveryState.PENDING: 2}


def test_letters_are_no_issues(sent: Room) -> None:
    """They are found by their label alone; the latest issue is the latest issue."""
    digest = sent.at(LATER)
    letter = correcting.send_at_once(digest, wrong(digest), by="ada")
    assert digest.issue(letter.window.label) == letter and digest.issue().window.label == "2026-11"
    assert letter not in digest.store.issues() and operations.under_way(digest) == (letter,)
    with pytest.raises(StateError, match="is a letter"):
        desk.change(digest, letter, [Note(text="Hello")], by="ada")
    with pytest.raises(StateError, match="no letter correction-99"):
        digest.issue("correction-99")


def test_two_letters_of_one_instant(sent: Room) -> None:
    """Each has a place of its own in the ledger."""
    digest = sent.at(LATER)
    for guid in "13":
        correcting.send_at_once(digest, wrong(digest, guid), by="ada")
    assert len(digest.letters()) == 2


# --- proposals ---------------------------------------------------------------------------------------------


def test_a_retraction_in_a_source_is_proposed(sent: Room) -> None:
    """It prints nothing until a person says what readers are to be told; then it is owed like any other."""
    digest = sent.at(LATER)
    digest.store.add_entries([replace(ENTRIES[0], headline=f"RETRACTED: {ENTRIES[0].headline}")], now=LATER)
    (proposal,) = digest.store.corrections(CorrectionState.PROPOSED)
    assert (proposal.kind, proposal.sentence, proposal.by) == (Amendment.RETRACTED, "", "digest")
    assert correcting.reach(digest, proposal).owed == 2
    with pytest.raises(StateError, match="only one that stands"):
        correcting.send_at_once(digest, proposal, by="ada")
    accepted = correcting.accept(digest, proposal, SENTENCE, by="ada")
    assert (accepted.state, accepted.sentence, accepted.by) == (CorrectionState.STANDING, SENTENCE, "ada")
    with pytest.raises(StateError, match="is standing already"):
        correcting.dismiss(digest, proposal, by="jo")


def test_the_same_is_proposed_once(sent: Room) -> None:
    """However often the source changes its text afterwards; dismissed, it stays dismissed until it says so anew."""
    digest = sent.at(LATER)
    told = replace(ENTRIES[0], headline=f"Correction: {ENTRIES[0].headline}")
    for more in ("", " now", " again"):
        digest.store.add_entries([replace(told, headline=told.headline + more)], now=LATER)
    (proposal,) = digest.store.corrections()
    assert correcting.dismiss(digest, proposal, by="ada").state is CorrectionState.DISMISSED
    digest.store.add_entries([replace(told, people="12 adults")], now=LATER)
    assert len(digest.store.corrections()) == 1


def test_a_notice_about_a_known_study_is_proposed_for_what_was_told(sent: Room) -> None:
    """A journal's notice of its own, under the same DOI."""
    digest = sent.at(LATER)
    first = replace(ENTRIES[0], doi="10.1000/eyes")
    digest.store.add_entries([first], now=LATER)
    notice = entry("notice", "Retraction: optic neuritis and another matter entirely", doi="10.1000/eyes")
    digest.store.add_entries([notice], now=LATER)
    (proposal,) = digest.store.corrections()
    assert proposal.summary_id == number(digest, "1")


def test_that_a_study_was_withdrawn_is_proposed_once(sent: Room) -> None:
    """Of all its summaries, for one that was printed: everybody who got any of them is told by that."""
    digest = sent.at(LATER)
    store, doi = digest.store, "10.1000/eyes"
    store.add_entries([entry("other", "Optic neuritis elsewhere, another summary of it", doi=doi)], now=LATER)
    store.add_entries([replace(ENTRIES[0], doi=doi)], now=LATER)
    notice = entry("notice", "Retraction: optic neuritis and another matter entirely", doi=doi)
    store.add_entries([notice, replace(ENTRIES[0], doi=doi, headline=f"RETRACTED: {ENTRIES[0].headline}")], now=LATER)
    (proposal,) = store.corrections()
    assert (proposal.kind, proposal.summary_id) == (Amendment.RETRACTED, number(digest, "1"))
    assert correcting.reach(digest, proposal).owed == 2


def proposals(digest: Digest) -> list[tuple[Amendment, int]]:
    return [(one.kind, one.summary_id) for one in digest.store.corrections(CorrectionState.PROPOSED)]


@pytest.mark.parametrize(
    ("headline", "kind"),
    [
        ("Retraction: {}", Amendment.RETRACTED),
        ("Retraction notice to “{}” [J 1 (2020) 2]", Amendment.RETRACTED),
        ("Author Correction: {}", Amendment.CORRECTED),
    ],
)
def test_a_notice_with_a_doi_of_its_own(sent: Room, headline: str, kind: Amendment) -> None:
    """Known by the title it names, it is proposed as a correction, and is no news beside the study or without it."""
    digest = sent.at(DECEMBER)
    title = ENTRIES[0].headline
    digest.store.add_entries([replace(ENTRIES[0], doi="10.5555/old")], now=DECEMBER)
    notice = entry("notice", headline.format(title), doi="10.5555/own")
    digest.store.add_entries([notice, entry("9", "Fatigue in multiple sclerosis, a trial")], now=DECEMBER)
    assert proposals(digest) == [(kind, number(digest, "1"))]
    composed = sent.at(JANUARY).compose(digest.window("2026-12"))
    assert [one.entry.guid for one in composed.notices] == ["notice"]
    assert (composed.fresh, composed.off_topic) == (1, ())


def test_a_notice_that_names_the_doi_only(sent: Room) -> None:
    """Its text tells which paper is meant, under whatever title we told of it."""
    digest = sent.at(LATER)
    digest.store.add_entries([replace(ENTRIES[0], doi="10.5555/old")], now=LATER)
    words = Section(role=SectionRole.BODY, blocks=(Paragraph("The article doi:10.5555/old is retracted."),))
    notice = entry("notice", "Retraction: a paper under a title of its own", doi="10.5555/own", sections=(words,))
    digest.store.add_entries([notice], now=LATER)
    assert proposals(digest) == [(Amendment.RETRACTED, number(digest, "1"))]


def test_words_that_may_be_research_are_asked_about_only(sent: Room) -> None:
    """A known title behind "Withdrawal of" is proposed, and stays a summary of its own; other research is neither."""
    digest = sent.at(LATER)
    title = ENTRIES[0].headline
    doubtful = entry("doubtful", f"Withdrawal of {title}", doi="10.5555/own")
    research = entry("research", "Withdrawal of fingolimod and rebound in multiple sclerosis")
    digest.store.add_entries([doubtful, research], now=LATER)
    assert proposals(digest) == [(Amendment.RETRACTED, number(digest, "1"))]
    latest = digest.store.summaries_page(before=None, limit=2)
    assert {one.entry.guid for one in latest} == {"doubtful", "research"}
    assert len({one.study_id for one in (*latest, *digest.store.summaries([number(digest, "1")]).values())}) == 3


def test_a_summary_that_comes_after_the_notice(sent: Room) -> None:
    """Another source may tell of a study that was withdrawn long ago: a person is asked about that, too."""
    digest = sent.at(LATER)
    title = "Cooling vests and walking in adults with multiple sclerosis"
    digest.store.add_entries([entry("notice", f"RETRACTED: {title}", doi="10.5555/own")], now=LATER)
    digest.store.add_entries([replace(entry("late", title, doi="10.5555/old"), source="other")], now=LATER)
    (late,) = digest.store.summaries_page(before=None, limit=1)
    assert (late.entry.guid, proposals(digest)) == ("late", [(Amendment.RETRACTED, late.id)])


def test_an_issue_does_not_print_a_withdrawn_study_as_news(room: MakeRoom) -> None:
    """The check stops the approval until somebody has decided, and then until the item is left out."""
    digest = drafted(room())
    told = replace(ENTRIES[0], headline=f"RETRACTED: {ENTRIES[0].headline}")
    digest.store.add_entries([told], now=digest.clock())
    digest.compose(digest.window("2026-11"))
    (flaw,) = [one for one in approving.check(digest, issue(digest)).errors if one.rule is Rule.AMENDED]
    assert flaw.summary_id == number(digest, "1") and "retracted" in flaw.message
    (proposal,) = digest.store.corrections()
    correcting.accept(digest, proposal, SENTENCE, by="ada")
    assert [one.advice for one in approving.check(digest, issue(digest)).errors] == ["leave the item out"]


@pytest.mark.parametrize(
    ("summary", "sentence", "error", "words"),
    [
        (99, "x", InputError, "no summary with the number 99"),
        (1, "  ", InputError, "write one plain sentence"),
        (1, "x" * 1001, InputError, "room for 1000"),
    ],
)
def test_what_cannot_be_is_refused(sent: Room, summary: int, sentence: str, error: type[Exception], words: str) -> None:
    """With what is wrong."""
    with pytest.raises(error, match=words):
        correcting.write(sent.at(LATER), summary, sentence, kind=Amendment.CORRECTED, by="ada")


def test_the_same_sentence_twice_is_one_correction(sent: Room) -> None:
    """A double click tells nobody twice."""
    digest = sent.at(LATER)
    wrong(digest)
    with pytest.raises(NothingToDo, match="written before"):
        wrong(digest)
    with pytest.raises(InputError, match="no correction 7"):
        correcting.find(digest, 7)


def test_an_excluded_summary_needs_no_correction(room: MakeRoom) -> None:
    """Nobody got it."""
    made = room()
    digest = drafted(made)
    desk.change(digest, issue(digest), [Exclude(summary_id=number(digest, "1"), reason="doubtful")], by="ada")
    approving.approve(digest, issue(digest), by="ada")
    departures.send(digest, issue(digest))
    assert correcting.reach(digest, wrong(digest)).owed == 0
