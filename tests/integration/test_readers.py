"""What a reader can do once they are one, end to end: choose, leave, look back, take along, be forgotten."""

from __future__ import annotations

import email
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email import policy
from pathlib import Path

import pytest

from digest import approving, archive, belongings, choosing, correcting, departures, previews
from digest.bell import Bell
from digest.errors import InputError, NothingToDo, StateError, TokenError, TooManyError
from digest.joining import ask, confirm
from digest.leaving import Reason, fewer, leave
from digest.links import Holder, holder_of
from digest.models import (
    Amendment,
    Cadence,
    DeliveryState,
    FeedbackKind,
    Issue,
    Length,
    Outcome,
    Profile,
    Receipt,
    Result,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from digest.newsroom import Digest
from digest.operations import audit, lift
from digest.post import send_waiting
from digest.suppression import Feedback
from digest.tokens import Purpose, Signer, Subject
from tests.factories import a_subscriber, an_entry
from tests.newsletter import SECRET, a_digest

DUE = datetime(2026, 12, 1, 10, tzinfo=UTC)
TOPICS = """\
condition: {label: Multiple sclerosis, terms: [multiple sclerosis]}
topics:
  - {id: symptoms, label: Symptoms}
  - {id: fatigue, label: Fatigue, parent: symptoms, terms: [fatigue]}
  - {id: vision, label: Eyes, parent: symptoms, terms: [vision]}
  - {id: care, label: Care, terms: [carers]}
"""
OF_BOB = ("fatigue", "vision")
HEADLINES = {
    "one": "Walking and fatigue in multiple sclerosis",
    "two": "Screens and vision in multiple sclerosis",
    "three": "What carers of people with multiple sclerosis need",
}


@dataclass
class Story:
    """A newsletter with one issue that went out."""

    digest: Digest
    folder: Path
    issue: Issue
    ada: Subscriber
    bob: Subscriber

    def token(self, purpose: Purpose, reader: Subscriber, issue: Issue | None = None) -> str:
        subject = Subject(subscriber_id=reader.id, issue_id=(issue or self.issue).id)
        return self.digest.signer.sign(purpose, subject)

    def holder(self, reader: Subscriber) -> Holder:
        return holder_of(self.digest, Purpose.PREFERENCES, self.token(Purpose.PREFERENCES, reader))

    def mails(self) -> list[email.message.EmailMessage]:
        files = sorted((self.folder / "outbox").glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
        return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]  # type: ignore[misc]

    def mail_to(self, address: str, subject: str = "") -> str:
        """The HTML of the last mail to this address with this in its subject."""
        found = [one for one in self.mails() if one["To"] == address and subject in one["Subject"]]
        return str(found[-1].get_body(("html",)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]

    def link(self, address: str, path: str) -> str:
        """The token of the last link of this kind mailed to this address."""
        send_waiting(self.digest)
        pages = [str(one.get_body(("plain",)).get_content()) for one in self.mails() if one["To"] == address]  # type: ignore[union-attr]
        return [found for page in pages for found in re.findall(rf"/{path}/([\w-]{{38}})", page)][-1]


def compose(digest: Digest, label: str, *guids: str) -> Issue:
    entries = [an_entry(guid, headline=HEADLINES[guid], source="summaries") for guid in guids]
    window = digest.calendar.named(label)
    assert window is not None
    digest.store.add_entries(entries, now=window.since + timedelta(days=3))
    return digest.compose(window).issue


def send(digest: Digest, issue: Issue) -> None:
    approving.approve(digest, digest.store.issue_by_id(issue.id), by="ada", despite="a rehearsal")
    departures.send(digest, digest.store.issue_by_id(issue.id))


def opened(folder: Path) -> Digest:
    made = a_digest(folder, topics="topics.yaml", newsletter={"cadence": ["monthly", "quarterly"]})
    return replace(made, clock=lambda: DUE)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The folder of a newsletter whose first issue went out; made once, and copied for each test."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "topics.yaml").write_text(TOPICS)
    shutil.copyfile(sqlite_template, folder / "digest.db")
    with opened(folder) as digest:
        readers = [a_subscriber("ada@example.org", "symptoms", name="Ada"), a_subscriber("bob@example.org", *OF_BOB)]
        digest.store.save_subscribers(readers, now=DUE)
        send(digest, compose(digest, "2026-11", *HEADLINES))
    return folder


@pytest.fixture
def story(tmp_path: Path, told: Path) -> Iterator[Story]:
    shutil.copytree(told, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as digest:
        ada, bob = digest.store.subscribers()
        yield Story(digest, tmp_path, digest.issue("2026-11"), ada, bob)


# --- choose ----------------------------------------------------------------------------------------------


def test_topics_are_shown_with_what_was_chosen_and_how_much_came_lately(story: Story) -> None:
    """In the order of the tree; a topic counts what stands below it."""
    shown = [(one.topic.id, one.depth, one.lately, one.followed) for one in choosing.choices(story.digest, story.bob)]
    assert shown == [("symptoms", 0, 2, None), ("fatigue", 1, 1, 1), ("vision", 1, 1, 2), ("care", 0, 1, None)]


def test_wishes_are_stored_and_nothing_else(story: Story) -> None:
    """Who left while the page was open has left, whatever the form says."""
    story.digest.store.leave(story.ada.id, now=DUE)
    wished = replace(story.ada, name="Ada L", profile=Profile(interests=("care",), mutes=frozenset({"vision"})))
    saved = choosing.save(story.digest, replace(wished, cadence=Cadence.QUARTERLY, timezone="Asia/Tokyo", weekday=3))
    assert saved == story.digest.store.subscriber(story.ada.id)
    assert (saved.name, saved.profile.interests, saved.timezone, saved.weekday) == ("Ada L", ("care",), "Asia/Tokyo", 3)
    assert saved.status is SubscriberStatus.UNSUBSCRIBED and saved.address == "ada@example.org"


def test_what_is_offered_no_more_may_stay(story: Story) -> None:
    """A cadence and a topic of a reader's own keep no other wish from being saved."""
    old = replace(story.bob, cadence=Cadence.WEEKLY, profile=Profile(interests=("vision", "gone")))
    story.digest.store.save_wishes(old, now=DUE)
    assert choosing.save(story.digest, replace(old, name="Bob")) == replace(old, name="Bob")
    rarer = fewer(story.digest, old)
    assert choosing.save(story.digest, replace(old, cadence=rarer or old.cadence)).cadence is Cadence.MONTHLY


def test_what_cannot_be_wished_is_refused(story: Story) -> None:
    """By the name of the field."""
    with pytest.raises(InputError) as raised:
        choosing.save(story.digest, replace(story.ada, cadence=Cadence.WEEKLY))
    assert raised.value.place == "cadence"


def number_of(story: Story, guid: str) -> int:
    return next(item.summary.id for item in story.digest.store.items(story.issue.id) if item.summary.entry.guid == guid)


def test_less_of_an_item_prepares_a_change(story: Story) -> None:
    """A topic of one's own comes off the list; one below a wider interest is muted; nothing is stored."""
    ada, bob = story.holder(story.ada), story.holder(story.bob)
    assert choosing.less(story.digest, ada, number_of(story, "one")).changed.profile.mutes == {"fatigue"}
    assert choosing.less(story.digest, bob, number_of(story, "one")).changed.profile.interests == ("vision",)
    assert story.digest.store.subscriber(story.bob.id) == story.bob


def test_less_of_the_last_topic_is_never_more_of_all(story: Story) -> None:
    """Without any interest a reader gets everything: so the last one is muted, and still is once it is saved."""
    story.digest.store.save_wishes(replace(story.bob, profile=Profile(interests=("fatigue",))), now=DUE)
    holder = story.holder(story.bob)
    saved = choosing.save(story.digest, choosing.less(story.digest, holder, number_of(story, "one")).changed).profile
    assert (saved.interests, saved.mutes) == (("fatigue",), {"fatigue"})


def test_more_of_an_item_puts_its_topic_first(story: Story) -> None:
    """And takes a mute away."""
    holder = story.holder(story.bob)
    assert choosing.more(story.digest, holder, number_of(story, "two")).changed.profile.interests == (
        "vision",
        "fatigue",
    )
    with pytest.raises(InputError):
        choosing.more(story.digest, holder, 999)


def test_more_of_one_topic_says_that_it_will_be_the_only_one(story: Story) -> None:
    """To whoever followed none, and got a little of each; to others it says what comes first."""
    words = choosing.more(story.digest, story.holder(story.bob), number_of(story, "two")).words
    assert words == "Eyes comes first among your topics."
    story.digest.store.save_wishes(replace(story.bob, profile=Profile()), now=DUE)
    prepared = choosing.more(story.digest, story.holder(story.bob), number_of(story, "two"))
    assert prepared.changed.profile.interests == ("vision",) and "about one topic only: Eyes." in prepared.words


def test_what_the_last_issue_would_have_been(story: Story) -> None:
    """The code that sends makes it: with the wishes they have it is the very mail they had."""
    same = choosing.what_would_have_been(story.digest, story.ada)
    assert same.html == story.mail_to("ada@example.org")
    other = choosing.what_would_have_been(story.digest, replace(story.ada, profile=Profile(interests=("care",))))
    assert other.edition.selection.sections[0][0] == "care" and len(other.edition.selection.research) == 1
    brief = replace(story.ada, profile=replace(story.ada.profile, length=Length.BRIEF))
    assert choosing.what_would_have_been(story.digest, brief).edition.selection.length is Length.BRIEF


def test_nothing_to_preview_is_said_in_words(story: Story) -> None:
    """No issue of this cadence yet; or one that had nothing for these wishes."""
    with pytest.raises(NothingToDo, match="No issue went out yet"):
        choosing.what_would_have_been(story.digest, replace(story.ada, cadence=Cadence.QUARTERLY))
    muted = Profile(interests=("care",), mutes=frozenset({"care"}))
    with pytest.raises(NothingToDo, match="nothing new"):
        previews.of_wishes(story.digest, story.issue, replace(story.ada, profile=muted))


# --- another address -------------------------------------------------------------------------------------


def test_a_new_address_is_the_reader_s_once_its_owner_says_so(story: Story) -> None:
    """The old one is told, once; pressed again it is the same, until the reader has moved on."""
    choosing.ask_address(story.digest, story.ada, "ada@new.example.org")
    token = story.link("ada@new.example.org", "a")
    assert choosing.look_address(story.digest, token) == "ada@new.example.org"
    assert story.digest.store.subscriber(story.ada.id) == story.ada
    reader = choosing.confirm_address(story.digest, token)
    assert (reader.id, reader.address) == (story.ada.id, "ada@new.example.org")
    send_waiting(story.digest)
    assert "This is the last mail" in story.mail_to("ada@example.org", "Your address was changed")
    assert choosing.look_address(story.digest, token) == "ada@new.example.org"
    assert choosing.confirm_address(story.digest, token) == reader and send_waiting(story.digest).total == 0
    choosing.ask_address(story.digest, reader, "ada@example.net")
    choosing.confirm_address(story.digest, story.link("ada@example.net", "a"))
    for again in (choosing.look_address, choosing.confirm_address):
        with pytest.raises(TokenError) as raised:
            again(story.digest, token)
        assert raised.value.used


def test_an_address_that_complained_is_not_written_to(story: Story) -> None:
    """And whoever asks learns nothing: a letter is put down as for any other, and never leaves."""
    story.digest.store.suppress(
        Suppression(address="ada@new.example.org", reason=FeedbackKind.COMPLAINT, at=story.digest.clock())
    )
    choosing.ask_address(story.digest, story.ada, "ada@new.example.org")
    assert send_waiting(story.digest).total == 0 and story.digest.store.letters_of(story.ada.id) == ()


def test_an_address_that_reads_already_is_told_so_itself(story: Story) -> None:
    """Whoever asks learns nothing."""
    choosing.ask_address(story.digest, story.ada, "bob@example.org")
    send_waiting(story.digest)
    assert [one["Subject"] for one in story.mails() if one["To"] == "bob@example.org"][
        -1
    ] == "You are subscribed already"


def at(story: Story, after: timedelta) -> Digest:
    """The newsletter so much later."""
    return replace(story.digest, clock=lambda: DUE + after)


@pytest.mark.parametrize("address", ["eve@example.net", "bob@example.org"], ids=["nobody's", "a reader's"])
def test_a_stranger_s_address_is_written_to_seldom(story: Story, address: str) -> None:
    """Whoever asks: once in ten minutes, and three times a day, by joining or by a change of address; told alike."""
    sent = []
    for minutes in (0, 1, 11, 22, 33):
        later = at(story, timedelta(minutes=minutes))
        choosing.ask_address(later, story.ada, address)
        sent.append(send_waiting(later).total)
    assert sent == [1, 0, 1, 1, 0]
    tomorrow = at(story, timedelta(days=2))
    choosing.ask_address(tomorrow, story.ada, address)
    assert send_waiting(tomorrow).total == 1


def test_a_letter_to_join_counts_for_a_change_of_address(story: Story) -> None:
    """It went to the same mailbox."""
    ask(story.digest, Subscriber(address="eve@example.net"))
    choosing.ask_address(story.digest, story.ada, "eve@example.net")
    assert send_waiting(story.digest).total == 1


def test_wrong_and_many_addresses_are_refused(story: Story) -> None:
    """Nobody writes to a list of strangers by us."""
    for wrong in ("ada@EXAMPLE.org", "no address"):
        with pytest.raises(InputError):
            choosing.ask_address(story.digest, story.ada, wrong)
    for number in range(5):
        choosing.ask_address(story.digest, story.ada, f"a{number}@example.net")
    with pytest.raises(TooManyError):
        choosing.ask_address(story.digest, story.ada, "a5@example.net")


# --- the readers' file beside the database ---------------------------------------------------------------


ROWS = """\
subscribers:
- {email: ada@example.org, interests: [symptoms], consent: {at: 2026-01-02, method: paper form}}
- {email: bob@example.org, interests: [fatigue, vision], consent: {at: 2026-01-02, method: paper form}}
"""


@pytest.fixture
def filed(story: Story) -> Story:
    """The same newsletter, whose readers stand in a file that was taken in."""
    file = story.folder / "subscribers.yaml"
    file.write_text(ROWS)
    digest = replace(story.digest, settings=story.digest.settings.model_copy(update={"subscribers": file}))
    digest.sync_subscribers()
    ada, bob = digest.store.subscribers()
    return replace(story, digest=digest, ada=ada, bob=bob)


def restart(story: Story) -> None:
    """A first ring, which reads the file."""
    assert Bell(digest=story.digest).ring().troubles == ()


def test_a_restart_undoes_nothing_that_a_reader_chose(filed: Story) -> None:
    """Pause, wishes and address are as they left them, and nobody is there twice."""
    choosing.save(filed.digest, replace(filed.ada, profile=Profile(interests=("care",), length=Length.BRIEF)))
    choosing.pause(filed.digest, filed.ada, months=3)
    choosing.ask_address(filed.digest, filed.bob, "bob@example.net")
    choosing.confirm_address(filed.digest, filed.link("bob@example.net", "a"))
    before = list(filed.digest.store.subscribers())
    restart(filed)
    assert list(filed.digest.store.subscribers()) == before and before[0].paused_until == date(2027, 3, 1)


def test_a_row_that_was_changed_counts_and_ends_no_pause(filed: Story) -> None:
    """The others are left alone."""
    choosing.pause(filed.digest, filed.ada, months=3)
    choosing.save(filed.digest, replace(filed.bob, role="nurse"))
    file = filed.folder / "subscribers.yaml"
    file.write_text(ROWS.replace("[symptoms]", "[care]"))
    restart(filed)
    ada, bob = filed.digest.store.subscribers()
    assert (ada.profile.interests, ada.paused_until) == (("care",), date(2027, 3, 1)) and bob.role == "nurse"


def test_a_file_that_is_named_counts_whole(filed: Story) -> None:
    """It is somebody's own act, and is remembered as the file beside the database."""
    choosing.save(filed.digest, replace(filed.bob, role="nurse"))
    assert filed.digest.import_subscribers(filed.folder / "subscribers.yaml").synced.changed == 1
    again = choosing.save(filed.digest, replace(filed.bob, role="nurse"))
    restart(filed)
    assert filed.digest.store.subscriber(filed.bob.id) == again


# --- pause and leave -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "back"),
    [
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 10, 31), 3, date(2027, 1, 31)),
    ],
)
def test_months_end_where_the_calendar_has_no_such_day(day: date, months: int, back: date) -> None:
    """The last of the month."""
    assert choosing.months_after(day, months) == back


def test_a_pause_has_a_day_it_ends_on(story: Story) -> None:
    """By months or by a day, which lies ahead and within a year; it can be ended."""
    assert choosing.pause(story.digest, story.ada, months=3).paused_until == date(2027, 3, 1)
    assert choosing.pause(story.digest, story.ada, until=date(2026, 12, 9)).paused_until == date(2026, 12, 9)
    for wrong in (date(2026, 12, 1), date(2028, 1, 1)):
        with pytest.raises(InputError):
            choosing.pause(story.digest, story.ada, until=wrong)
    assert choosing.unpause(story.digest, story.ada).paused_until is None


def month(story: Story, label: str, **entries: str) -> Issue:
    """The issue of a month in which these entries were added, sent on its day."""
    window = story.digest.calendar.named(label)
    assert window is not None
    digest = replace(story.digest, clock=lambda: window.due)
    made = [an_entry(guid, headline=f"{words} in multiple sclerosis, {guid}") for guid, words in entries.items()]
    digest.store.add_entries(made, now=window.since + timedelta(days=3))
    issue = digest.compose(window).issue
    send(digest, issue)
    return issue


def headlines(story: Story, issue: Issue, reader: Subscriber) -> list[str]:
    """What a reader got of an issue, by the guids of the entries."""
    delivery = story.digest.store.delivery(issue.id, reader.id)
    if delivery is None or delivery.edition_id is None:
        return []
    placed = story.digest.store.edition(delivery.edition_id).selection.research
    found = story.digest.store.summaries([one.summary_id for one in placed])
    return sorted(summary.entry.guid for summary in found.values())


def test_whoever_comes_back_gets_the_best_of_what_they_missed_once(story: Story) -> None:
    """By themselves, over all the months of the pause, however far the others' issues reach back; and never again."""
    choosing.pause(story.digest, story.ada, until=date(2027, 5, 1))
    for number, label in enumerate(("2026-12", "2027-01", "2027-02", "2027-03")):
        issue = month(story, label, **{f"f{number}": "Fatigue", f"v{number}": "Vision"})
        assert story.digest.store.delivery(issue.id, story.ada.id).detail == "paused"  # type: ignore[union-attr]
        assert headlines(story, issue, story.bob) == [f"f{number}", f"v{number}"]
    back = month(story, "2027-04", f4="Fatigue")
    assert headlines(story, back, story.ada) == [*(f"f{n}" for n in range(5)), *(f"v{n}" for n in range(4))]
    assert headlines(story, back, story.bob) == ["f4"]
    after = month(story, "2027-05", f5="Fatigue")
    assert headlines(story, after, story.ada) == ["f5"]


def test_leaving_is_at_once_and_idempotent(story: Story) -> None:
    """However often, with a reason or without; for nobody known, too. Only a forged link is refused."""
    token = story.token(Purpose.UNSUBSCRIBE, story.ada)
    for reason in (None, Reason.OFTEN, Reason.OFTEN):
        leave(story.digest, token, reason)
    assert story.digest.store.subscriber(story.ada.id).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]
    said = [one for one in story.digest.store.feedback("ada@example.org") if one.kind is FeedbackKind.UNSUBSCRIBE]
    assert [one.detail for one in said] == ["too often"]
    assert not story.digest.store.suppressed(["ada@example.org"])
    leave(story.digest, story.digest.signer.sign(Purpose.UNSUBSCRIBE, Subject(subscriber_id=999)))
    with pytest.raises(TokenError):
        leave(story.digest, story.token(Purpose.PREFERENCES, story.ada))


def test_leaving_holds_for_mails_already_claimed(story: Story) -> None:
    """What a worker holds, and has not begun to send, never leaves."""
    later = replace(story.digest, clock=lambda: DUE + timedelta(days=31))
    issue = compose(later, "2026-12")
    later.store.add_entries([an_entry("four", headline="More fatigue in multiple sclerosis")], now=DUE + timedelta(1))
    later.compose(later.calendar.named("2026-12"))  # type: ignore[arg-type]
    approving.approve(later, later.store.issue_by_id(issue.id), by="ada", despite="a rehearsal")
    claims = later.store.claim(issue.id, "worker", limit=9, lease=600, now=later.clock())
    leave(later, story.token(Purpose.UNSUBSCRIBE, story.ada, issue))
    granted = later.store.record([], claims, "worker", lease=600, now=later.clock())
    assert granted == {claim.delivery_id for claim in claims if claim.subscriber_id != story.ada.id}
    assert later.store.delivery(issue.id, story.ada.id).state is DeliveryState.SUPPRESSED  # type: ignore[union-attr]


def test_who_never_asked_is_left_alone_for_good(story: Story) -> None:
    """Whoever answers a request to confirm with "never write to me" gets no other one."""
    wanted = Subscriber(address="eve@example.org")
    ask(story.digest, wanted)
    leave(story.digest, story.link("eve@example.org", "u"))
    tomorrow = replace(story.digest, clock=lambda: DUE + timedelta(days=2))
    ask(tomorrow, wanted)
    assert send_waiting(tomorrow).total == 0
    with pytest.raises(StateError, match="for good"):
        lift(tomorrow, "eve@example.org")


def test_an_old_mail_s_link_is_no_answer_to_a_letter(story: Story) -> None:
    """Whoever left, asked to come back, and presses "unsubscribe" in a mail from before may still confirm."""
    leave(story.digest, story.token(Purpose.UNSUBSCRIBE, story.ada))
    ask(story.digest, Subscriber(address="ada@example.org"))
    letter = story.link("ada@example.org", "c")
    leave(story.digest, story.token(Purpose.UNSUBSCRIBE, story.ada))
    assert not story.digest.store.suppressed(["ada@example.org"])
    assert confirm(story.digest, letter).status is SubscriberStatus.ACTIVE


@pytest.mark.parametrize("reason", [None, Reason.OFTEN], ids=["one click again", "a reason"])
def test_leaving_twice_bars_nobody_who_asked_to_come_back(story: Story, reason: Reason | None) -> None:
    """A mailbox repeats its click, or the page that asks for a reason is still open: they may confirm all the same."""
    token = story.digest.signer.sign(Purpose.UNSUBSCRIBE, Subject(subscriber_id=story.ada.id))
    leave(story.digest, token)
    ask(story.digest, Subscriber(address="ada@example.org"))
    letter = story.link("ada@example.org", "c")
    leave(story.digest, token, reason)
    assert not story.digest.store.suppressed(["ada@example.org"])
    assert confirm(story.digest, letter).status is SubscriberStatus.ACTIVE


def test_a_reason_is_no_complaint(story: Story) -> None:
    """Whoever says why they leave has had our mails; nobody answers so to a request to confirm."""
    ask(story.digest, Subscriber(address="eve@example.org"))
    leave(story.digest, story.link("eve@example.org", "u"), Reason.DONE)
    assert not story.digest.store.suppressed(["eve@example.org"])


def test_fewer_mails_instead(story: Story) -> None:
    """The next rarer cadence that there is; none below it."""
    assert fewer(story.digest, story.ada) is Cadence.QUARTERLY
    assert fewer(story.digest, replace(story.ada, cadence=Cadence.QUARTERLY)) is None


# --- look back -------------------------------------------------------------------------------------------


def test_the_web_version_is_the_very_mail(story: Story) -> None:
    """Byte for byte, also after the reader changed name, wishes and address."""
    changed = replace(story.ada, name="Somebody else", profile=Profile())
    story.digest.store.save_subscribers([replace(changed, address="new@example.org")], now=DUE)
    assert archive.web_version(story.digest, story.token(Purpose.WEB_VERSION, story.ada)) == story.mail_to(
        "ada@example.org"
    )


def test_the_web_version_outlives_a_change_of_the_secret(story: Story) -> None:
    """Byte for byte, by the link that was mailed; a link that is made today is signed by today's secret throughout."""
    mailed = story.mail_to("ada@example.org")
    token = re.search(r"/w/([\w-]{38})", mailed)
    assert token
    secrets = [b"a new secret of the operator", *map(str.encode, [SECRET])]
    changed = replace(story.digest, signer=Signer(secrets))
    assert archive.web_version(changed, token[1]) == mailed
    fresh = changed.signer.sign(Purpose.WEB_VERSION, Subject(subscriber_id=story.ada.id, issue_id=story.issue.id))
    page = archive.web_version(changed, fresh)
    assert fresh in page and token[1] not in page and len(page) == len(mailed)


def test_a_web_version_of_nothing(story: Story) -> None:
    """A link of another purpose, or to an issue that was never theirs, shows nothing."""
    for token in (
        story.token(Purpose.PREFERENCES, story.ada),
        story.digest.signer.sign(Purpose.WEB_VERSION, Subject(subscriber_id=story.ada.id)),
        story.digest.signer.sign(Purpose.WEB_VERSION, Subject(subscriber_id=999, issue_id=story.issue.id)),
    ):
        with pytest.raises(TokenError):
            archive.web_version(story.digest, token)


def open_archive(story: Story) -> Digest:
    return replace(story.digest, settings=story.digest.settings.model_copy(update={"archive": True}))


def in_archive(digest: Digest, label: str) -> archive.Archived:
    return archive.general_edition(digest, archive.public_issue(digest, label))


def test_the_archive_is_closed_unless_the_operator_opens_it(story: Story) -> None:
    """Then it has what was approved and is due."""
    assert archive.public_issues(story.digest) == ()
    with pytest.raises(NothingToDo):
        archive.public_issue(story.digest, "2026-11")
    assert [one.issue for one in archive.public_issues(open_archive(story))] == [story.issue]


def test_the_archive_holds_nothing_of_a_reader(story: Story) -> None:
    """All of the items; no link of a reader's, no address, and no sentence about one."""
    page = in_archive(open_archive(story), "2026-11").html
    assert all(headline in page for headline in HEADLINES.values())
    assert not re.search(r"x-nobody|/[psuw]/|@example\.org|You get this because|Hello", page)
    assert page.startswith("<!DOCTYPE html>") and "1 Invented Street" in page


def test_the_archive_says_what_was_put_right_since(story: Story) -> None:
    """What its readers were told stands on the page, too; what is about no item of it does not."""
    shown = open_archive(story)
    assert in_archive(shown, "2026-11").errata == ()
    numbers = {one.summary.entry.headline: one.summary.id for one in story.digest.store.items(story.issue.id)}
    of_one, of_two = numbers[HEADLINES["one"]], numbers[HEADLINES["two"]]
    correcting.write(story.digest, of_one, "It was a quarter.", kind=Amendment.CORRECTED, by="editor@example.org")
    correcting.write(story.digest, of_two, "Its data were wrong.", kind=Amendment.RETRACTED, by="editor@example.org")
    compose(story.digest, "2026-12", "three")
    (public,) = archive.public_issues(shown)
    page = archive.general_edition(shown, public)
    assert [(one.headline, one.sentence, one.retracted) for one in page.errata] == [
        (HEADLINES["one"], "It was a quarter.", False), (HEADLINES["two"], "Its data were wrong.", True),
    ]  # fmt: skip
    assert public.changed == story.digest.clock() >= public.published


def test_words_of_a_feed_are_no_markup_in_the_archive(story: Story) -> None:
    """A headline stands in the preheader, too: there as everywhere it is words."""
    story.digest.store.add_entries(
        [an_entry("evil", headline="<script>x</script> and fatigue in multiple sclerosis")], now=DUE + timedelta(days=1)
    )
    window = story.digest.calendar.named("2026-12")
    assert window is not None
    later = replace(story.digest, clock=lambda: window.due)
    send(later, later.compose(window).issue)
    page = in_archive(replace(open_archive(story), clock=later.clock), "2026-12").html
    assert "<script" not in page and page.count("&lt;script&gt;") >= 2


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("<p>Words</p><p>For <b>you</b>, x-nobody-address.</p>", "<p>Words</p>"),
        ('<p><a href="x-nobody-pause">Pause</a><br>Words</p>', "<p>Words</p>"),
        (
            '<p><a href="x-nobody-preferences/less/3">Less</a> <a href="x-nobody-web">Web</a></p><p>Words</p>',
            "<p>Words</p>",
        ),
        ("<p>Words</p><span>x-nobody-name</span>", "<p>Words</p><span>name</span>"),
    ],
)
def test_what_is_about_a_reader_goes_whole(given: str, left: str) -> None:
    """Links, and the sentence around a value, wherever in it the value stands; the words beside them stay."""
    page = archive.without_reader(f"<!DOCTYPE html>\n<html><head><title>T</title></head><body>{given}</body></html>")
    assert page.partition("<body>")[2] == f"{left}</body></html>"


# --- their data ------------------------------------------------------------------------------------------


def test_a_reader_takes_all_of_theirs_along(story: Story) -> None:
    """Profile, consent, mails with their items, letters, and what came back; as JSON."""
    belongings.ask_erase(story.digest, story.ada)
    leave(story.digest, story.token(Purpose.UNSUBSCRIBE, story.ada), Reason.HARD)
    taken = json.loads(json.dumps(belongings.export(story.digest, story.ada)))
    assert taken["reader"]["email"] == "ada@example.org" and taken["reader"]["interests"] == ["symptoms"]
    assert taken["consent"]["method"] == "double-opt-in"
    (mail,) = taken["mails"]
    assert mail["issue"] == "2026-11" and mail["state"] == "accepted" and len(mail["items"]) == 3
    assert [(one["about"], one["address"], one["answered_at"]) for one in taken["letters"]] == [
        ("erasure", "ada@example.org", None)
    ]
    assert {one["kind"] for one in taken["feedback"]} == {"delivered", "unsubscribe"}
    assert "bob" not in json.dumps(taken)


def test_erasing_asks_by_mail(story: Story) -> None:
    """A preferences link cannot erase; the letter's can. Pressed again it says the same."""
    with pytest.raises(TokenError):
        belongings.erase(story.digest, story.token(Purpose.PREFERENCES, story.ada))
    belongings.ask_erase(story.digest, story.ada)
    token = story.link("ada@example.org", "e")
    assert belongings.look_erase(story.digest, token) == story.ada
    belongings.erase(story.digest, token)
    assert story.digest.store.subscriber(story.ada.id) is None
    for purpose in (Purpose.PREFERENCES, Purpose.PAUSE):
        with pytest.raises(TokenError) as raised:
            holder_of(story.digest, purpose, story.token(purpose, story.ada))
        assert raised.value.gone
    belongings.erase(story.digest, token)
    assert belongings.look_erase(story.digest, token) is None
    with pytest.raises(TokenError):
        belongings.look_erase(replace(story.digest, clock=lambda: DUE + timedelta(days=8)), token)
    leave(story.digest, story.token(Purpose.UNSUBSCRIBE, story.ada))


def test_books_add_up_after_an_erasure(story: Story) -> None:
    """The ledger counts on, and the audit agrees; nothing says who it was."""
    before = audit(story.digest, story.issue)
    story.digest.store.erase(story.ada.id, now=DUE)
    after = audit(story.digest, story.issue)
    assert after == before and all(check.expected == check.found for check in after.checks)
    assert story.digest.store.delivery(story.issue.id, story.ada.id).address == ""  # type: ignore[union-attr]
    assert story.digest.store.progress(story.issue.id) == {DeliveryState.ACCEPTED: 2}


def test_no_file_and_no_provider_brings_an_erased_reader_back(story: Story) -> None:
    """An import leaves them out, and late news of their mails is not even stored; another reader's are."""
    story.digest.store.erase(story.ada.id, now=DUE)
    file = story.folder / "readers.csv"
    file.write_text(
        "email,consent at,consent method\nADA@example.org,2026-01-01,paper\nnew@example.org,2026-01-01,paper\n"
    )
    synced = story.digest.import_subscribers(file).synced
    assert (synced.new, synced.kept_away) == (1, 1)
    assert "ada@example.org" not in {one.address for one in story.digest.store.subscribers()}
    bounce = Feedback(address="ada@example.org", kind=FeedbackKind.COMPLAINT, at=DUE)
    assert not story.digest.store.add_feedback(bounce) and story.digest.store.add_feedback(
        replace(bounce, address="bob@example.org")
    )
    assert story.digest.store.feedback("ada@example.org") == ()


def test_a_mail_on_its_way_is_waited_for(story: Story) -> None:
    """Its answer would bring the address back: they are let go at once, and erased when it has come."""
    later = replace(story.digest, clock=lambda: DUE + timedelta(days=31))
    later.store.add_entries([an_entry("four", headline="More fatigue in multiple sclerosis")], now=DUE + timedelta(1))
    issue = later.compose(later.calendar.named("2026-12")).issue  # type: ignore[arg-type]
    approving.approve(later, later.store.issue_by_id(issue.id), by="ada", despite="a rehearsal")
    belongings.ask_erase(later, story.ada)
    token = replace(story, digest=later).link("ada@example.org", "e")
    claims = later.store.claim(issue.id, "worker", limit=9, lease=600, now=later.clock())
    later.store.record([], claims, "worker", lease=600, now=later.clock())
    belongings.erase(later, token)
    assert later.store.subscriber(story.ada.id).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]
    assert belongings.finish_erasures(later) == 0
    mine = next(claim for claim in claims if claim.subscriber_id == story.ada.id)
    done = Result(claim=mine, state=DeliveryState.ACCEPTED, receipt=Receipt(outcome=Outcome.ACCEPTED))
    later.store.record([done], [], "worker", lease=600, now=later.clock())
    assert belongings.finish_erasures(later) == 1 and later.store.subscriber(story.ada.id) is None
    assert belongings.finish_erasures(later) == 0


def test_an_erased_address_may_be_given_anew_by_its_owner(story: Story) -> None:
    """By a new double opt-in; then files may name it again, too."""
    story.digest.store.erase(story.ada.id, now=DUE)
    ask(story.digest, Subscriber(address="ada@example.org"))
    confirm(story.digest, story.link("ada@example.org", "c"))
    assert not story.digest.store.erased(["ada@example.org"])


def test_not_a_byte_of_an_erased_address_is_left_in_the_file(story: Story, tmp_path: Path) -> None:
    """Neither in the database, nor in its write-ahead log; not even where a server's answer repeated it."""
    store = story.digest.store
    store.add_feedback(
        Feedback(address="ada@example.org", kind=FeedbackKind.SOFT_BOUNCE, at=DUE, detail="ada@example.org: full")
    )
    choosing.ask_address(story.digest, story.ada, "ada@new.example.org")
    choosing.confirm_address(story.digest, story.link("ada@new.example.org", "a"))
    database = tmp_path / "digest.db"
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE deliveries SET detail = '550 <ada@example.org>: no' WHERE subscriber_id = ?", [story.ada.id]
        )
    assert b"ada@" in held_by(database)
    store.erase(story.ada.id, now=DUE)
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("digest.db*"):
        shutil.copy(file, copy / file.name)
    assert b"ada@" not in held_by(copy / "digest.db").lower() and b"bob@" in held_by(copy / "digest.db")


def held_by(database: Path) -> bytes:
    """Every byte of a database's files."""
    return b"".join(file.read_bytes() for file in sorted(database.parent.glob("digest.db*")))


def test_whoever_reads_on_delays_no_erasure(story: Story, tmp_path: Path) -> None:
    """An export that is being written still sees what was there: the log is emptied by the first ring after it."""
    store = story.digest.store
    assert store.leave_no_trace()
    with store.snapshot() as export:
        export.exec_driver_sql("SELECT count(*) FROM subscribers")
        assert store.erase(story.bob.id, now=DUE) and not store.leave_no_trace()
        assert b"bob@" in held_by(tmp_path / "digest.db")
    belongings.finish_erasures(story.digest)
    assert b"bob@" not in held_by(tmp_path / "digest.db")
    assert store.leave_no_trace()


def test_a_link_of_a_letter_serves_one_errand(story: Story) -> None:
    """The link for a new address erases nothing, and the other way round."""
    choosing.ask_address(story.digest, story.ada, "ada@new.example.org")
    change = story.link("ada@new.example.org", "a")
    belongings.ask_erase(story.digest, story.ada)
    erase = story.link("ada@example.org", "e")
    for act, token in ((belongings.erase, change), (choosing.confirm_address, erase)):
        with pytest.raises((TokenError, StateError)):
            act(story.digest, token)  # type: ignore[operator]
    assert story.digest.store.subscriber(story.ada.id) == story.ada


def test_letters_about_erasing_are_few(story: Story) -> None:
    """Whoever holds a forwarded mail cannot fill the reader's mailbox."""
    for _ in range(3):
        belongings.ask_erase(story.digest, story.ada)
    with pytest.raises(TooManyError):
        belongings.ask_erase(story.digest, story.ada)
