"""The verbs over a real store: collect, compose, freeze, and bringing readers in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest import collecting, pipeline
from digest.errors import SourceError
from digest.models import (
    DeliveryState,
    Entry,
    FeedbackKind,
    FrozenEdition,
    Issue,
    Kind,
    Match,
    Precision,
    Profile,
    PublishedDate,
    Recipient,
    Selection,
    SkipReason,
    SourceState,
    Subscriber,
    SubscriberStatus,
    Suppression,
    Window,
)
from digest.selection import Limits
from digest.sources.base import Collected, Known, Source, StaticSource, Teaching, untaught
from digest.sources.original import Manner
from digest.store.base import Store
from tests.factories import a_subscriber, a_tree, a_window, an_entry

NOVEMBER, DECEMBER = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 10, tzinfo=UTC)
WINDOW = a_window()
NEXT = a_window(
    since=WINDOW.until, until=datetime(2027, 1, 1, tzinfo=UTC), due=datetime(2027, 1, 1, 9, tzinfo=UTC), label="2026-12"
)
TREE = a_tree()


class ByTag:
    """Tags an entry by its own tags; "elsewhere" is not about the condition."""

    def tag(self, entry: Entry, *, condition_assumed: bool = False) -> tuple[Match, ...]:
        known = [tag for tag in entry.tags if tag in TREE.by_id]
        return tuple(Match(topic_id=tag, score=9.0 - place) for place, tag in enumerate(known))

    def is_about_condition(self, entry: Entry) -> bool:
        return "elsewhere" not in entry.tags


@dataclass
class BrokenSource:
    """A source that fails as told."""

    name: str
    error: Exception
    address: str = "https://example.org/old.xml"

    @property
    def manner(self) -> Manner:
        return Manner()

    def collect(self, state: SourceState, *, known: Known, now: datetime, learnt: Teaching = untaught) -> Collected:
        raise self.error


def entries(*names: str, tags: tuple[str, ...] = ("btk",), **given: object) -> list[Entry]:
    return [
        an_entry(name, headline=f"A study of its own about {name} and nothing else", tags=tags, **given)
        for name in names
    ]


def collected(store: Store, made: Sequence[Entry], now: datetime = NOVEMBER) -> None:
    collecting.collect(store, [StaticSource(name="summaries", entries=list(made))], clock=lambda: now)


def composed(store: Store, window: Window = WINDOW, **rules: object) -> pipeline.Composed:
    return pipeline.compose(
        store,
        window,
        waiting_since=window.since - timedelta(days=61),
        rules=pipeline.Rules(tags=ByTag(), **rules),  # type: ignore[arg-type]
        now=window.due,
        today=window.due.date(),
    )


def edition_of(selection: Selection) -> FrozenEdition:
    return FrozenEdition(key=str(hash(selection)), subject="s", preheader="p", selection=selection)


def everybody(store: Store, issue: Issue, *, limit: int = 12, only: int | None = None) -> list[Recipient]:
    items = store.items(issue.id)
    selector = pipeline.Selector(
        store,
        items,
        tree=TREE,
        limits=Limits(items=dict.fromkeys(Limits().items, limit)),
        caught_up=pipeline.caught_up(items, pipeline.carried_until(store, issue.window)),
    )
    return list(pipeline.recipients(store, issue, selector, edition_of, today=date(2026, 12, 1), only=only))


def frozen(store: Store, issue: Issue, *, limit: int = 12) -> None:
    rows = everybody(store, issue, limit=limit)
    store.freeze(issue.id, rows, pool=b"{}", content_hash="0", approved_by="test", now=issue.window.due)


def headlines(store: Store, recipient: Recipient) -> list[str]:
    assert recipient.edition is not None
    found = store.summaries([one.summary_id for one in recipient.edition.selection.research])
    return [found[one.summary_id].entry.guid for one in recipient.edition.selection.research]


def joined(store: Store, *subscribers: Subscriber) -> None:
    store.save_subscribers(subscribers, now=OCTOBER)


# --- collect -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "trouble", "retired"),
    [
        (SourceError("the server is tired"), "the server is tired", False),
        (SourceError("it is gone", gone=True), "it is gone", True),
        (ZeroDivisionError("a fault of ours"), "unexpected ZeroDivisionError", False),
    ],
)
def test_a_broken_source_is_named_and_the_rest_goes_on(
    store: Store, error: Exception, trouble: str, retired: bool
) -> None:
    """Whatever goes wrong with one source, the others are stored, and its state says what is wrong."""
    sources: list[Source] = [BrokenSource("broken", error), StaticSource(name="summaries", entries=entries("one"))]
    broken, well = collecting.collect(store, sources, clock=lambda: NOVEMBER)
    assert trouble in (broken.trouble or "") and well.added.new == 1
    state = store.source_state("broken")
    assert (state.retired, state.failures) == (retired, 1) and state.trouble == broken.trouble


def test_a_source_that_changed_its_shape_is_told(store: Store) -> None:
    """Its new texts lack what all before them had: an operator is told as they come in, and they are stored."""
    collected(store, entries("ants", "bees", "cats", "dogs", "eels"))
    bare = [replace(one, sections=one.sections[:3]) for one in entries("foxes", "goats")]
    (visit,) = collecting.collect(store, [StaticSource(name="summaries", entries=bare)], clock=lambda: NOVEMBER)
    (problem,) = visit.problems
    assert (
        problem.place == "summaries"
        and "2 of its 2 new texts have no part “important considerations”" in problem.message
    )
    assert visit.added.new == 2
    (visit,) = collecting.collect(store, [StaticSource(name="others", entries=bare)], clock=lambda: NOVEMBER)
    assert visit.problems == ()


def test_a_source_in_trouble_is_left_alone_unless_asked_for(store: Store) -> None:
    """Backed off means not visited until its time has come, or until an operator insists."""
    broken = BrokenSource("broken", SourceError("no", retry_after=3600))
    collecting.collect(store, [broken], clock=lambda: NOVEMBER)
    (visit,) = collecting.collect(store, [broken], clock=lambda: NOVEMBER + timedelta(minutes=59))
    assert visit.passed_over is not None and "backed off" in visit.passed_over
    (visit,) = collecting.collect(store, [broken], clock=lambda: NOVEMBER, insist=True)
    assert visit.trouble == "no" and store.source_state("broken").failures == 2


def test_a_source_at_another_address_begins_anew(store: Store) -> None:
    """What was held against the old one, where it moved to and what it had is not the new one's."""
    gone = BrokenSource("news", SourceError("it is gone", gone=True))
    collecting.collect(store, [gone], clock=lambda: NOVEMBER)
    store.save_source_state(replace(store.source_state("news"), moved_to="https://example.org/moved.xml", etag="1"))
    (waits,) = collecting.collect(store, [gone], clock=lambda: NOVEMBER)
    source = StaticSource(name="news", entries=entries("one"), address="https://example.org/new.xml")
    (visit,) = collecting.collect(store, [source], clock=lambda: NOVEMBER)
    state = store.source_state("news")
    assert (waits.passed_over, visit.added.new) == ("retired: it is gone", 1)
    assert (state.address, state.moved_to, state.etag, state.retired) == (source.address, None, None, False)


def test_a_retired_source_that_is_back_is_visited_again(store: Store) -> None:
    """An operator asked for it, it went well, and from then on it is like any other."""
    collecting.collect(store, [BrokenSource("news", SourceError("gone", gone=True), "x")], clock=lambda: NOVEMBER)
    back = StaticSource(name="news", entries=entries("one"), address="x")
    first, second = (
        collecting.collect(store, [back], clock=lambda: NOVEMBER, insist=insist)[0] for insist in (True, False)
    )
    assert (first.added.new, second.passed_over) == (1, None)


def test_the_same_entries_again_are_nothing(store: Store) -> None:
    """A second visit finds what it knows and stores nothing."""
    source = StaticSource(name="summaries", entries=entries("one", "two"))
    first, second = (collecting.collect(store, [source], clock=lambda: NOVEMBER)[0] for _ in range(2))
    assert (first.added.new, second.added.new, store.count_summaries()) == (2, 0, 2)


def test_what_is_stored_after_midnight_was_added_then(store: Store) -> None:
    """A visit may take long: its entries belong to the window that is open then, not to one that is over."""
    clock = iter((WINDOW.until - timedelta(minutes=5), WINDOW.until + timedelta(minutes=4))).__next__
    collecting.collect(store, [StaticSource(name="summaries", entries=entries("late"))], clock=clock)
    assert (composed(store).fresh, composed(store, NEXT).fresh) == (0, 1)


# --- compose -------------------------------------------------------------------------------------------------


def test_an_issue_holds_what_was_added_in_its_window(store: Store) -> None:
    """Its first instant belongs to the window, its last one to the next; earlier ones only wait."""
    for name, added in (
        ("before", WINDOW.since - timedelta(seconds=1)),
        ("first", WINDOW.since),
        ("after", WINDOW.until),
    ):
        collected(store, entries(name), added)
    made = composed(store)
    assert [(item.summary.entry.guid, item.fresh) for item in store.items(made.issue.id)] == [
        ("first", True),
        ("before", False),
    ]


def test_what_is_left_out_is_said(store: Store) -> None:
    """Texts about something else and studies that are too old are named, not dropped in silence."""
    old = PublishedDate(day=date(2011, 5, 1), precision=Precision.MONTH)
    collected(store, [*entries("new"), *entries("old", published=old), *entries("other", tags=("elsewhere",))])
    made = composed(store, study_age_limit_years=3)
    assert [one.entry.guid for one in (*made.off_topic, *made.old)] == ["other", "old"]
    assert made.fresh == 1


def test_composing_again_changes_nothing_unless_something_changed(store: Store) -> None:
    """Once per window however often it is called, and an approved issue is left as it is."""
    collected(store, entries("one"))
    assert [composed(store).changed for _ in range(2)] == [True, False]
    collected(store, entries("two"))
    again = composed(store)
    assert again.changed and again.fresh == 2
    frozen(store, again.issue)
    collected(store, entries("three"))
    late = composed(store)
    assert not late.changed and len(store.items(late.issue.id)) == 2


# --- freeze --------------------------------------------------------------------------------------------------


def test_everybody_is_accounted_for(store: Store) -> None:
    """Each subscriber of the cadence gets an edition or a reason, in the order of their ids."""
    joined(
        store,
        a_subscriber("ada@example.org", "btk"),
        a_subscriber("eve@example.org", "vision"),
        a_subscriber("new@example.org", "btk", status=SubscriberStatus.UNCONFIRMED),
        a_subscriber("gone@example.org", "btk", status=SubscriberStatus.UNSUBSCRIBED),
        a_subscriber("rest@example.org", "btk", paused_until=date(2027, 1, 1)),
        a_subscriber("dead@example.org", "btk"),
    )
    store.suppress(Suppression(address="dead@example.org", reason=FeedbackKind.HARD_BOUNCE, at=OCTOBER))
    collected(store, entries("one"))
    reasons = [recipient.skip for recipient in everybody(store, composed(store).issue)]
    assert reasons == [
        None,
        SkipReason.NOTHING_NEW,
        SkipReason.UNCONFIRMED,
        SkipReason.UNSUBSCRIBED,
        SkipReason.PAUSED,
        SkipReason.SUPPRESSED,
    ]


def test_a_quiet_note_for_who_asked_for_it(store: Store) -> None:
    """With nothing new, only a reader who wants the note gets a mail, and it is an empty selection."""
    joined(store, replace(a_subscriber(), profile=Profile(interests=("vision",), quiet_note=True)))
    collected(store, entries("one"))
    (recipient,) = everybody(store, composed(store).issue)
    assert recipient.edition is not None and recipient.edition.selection.is_empty


def test_what_did_not_fit_comes_next_time_and_nothing_comes_twice(store: Store) -> None:
    """Two issues of two items bring four items, each once."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a", "b", "c"))
    first = composed(store).issue
    before = headlines(store, everybody(store, first, limit=2)[0])
    frozen(store, first, limit=2)
    collected(store, entries("d"), NEXT.since)
    (recipient,) = everybody(store, composed(store, NEXT).issue, limit=2)
    after = headlines(store, recipient)
    assert sorted(before + after) == ["a", "b", "c", "d"]
    assert after[-1] == "d"


def test_a_mail_that_never_arrived_leaves_its_items_waiting(store: Store) -> None:
    """After an aborted issue its readers find the same items in the next one."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a"))
    first = composed(store).issue
    frozen(store, first)
    store.abort(first.id, now=DECEMBER)
    assert store.progress(first.id) == {DeliveryState.CANCELLED: 1}
    (recipient,) = everybody(store, composed(store, NEXT).issue)
    assert headlines(store, recipient) == ["a"]


def test_a_new_reader_begins_with_the_window(store: Store) -> None:
    """Somebody who joins later is not sent what others had before."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a"))
    frozen(store, composed(store).issue)
    joined(store, a_subscriber("new@example.org", "btk"))
    collected(store, entries("b"), NEXT.since)
    recipients = everybody(store, composed(store, NEXT).issue)
    assert [headlines(store, recipient) for recipient in recipients] == [["b"], ["b"]]


def test_a_window_without_an_issue_is_caught_up(store: Store) -> None:
    """What was added in a window nobody made an issue of waits for everybody; the archive before the first does not."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("archive"), OCTOBER)
    collected(store, entries("a"))
    frozen(store, composed(store).issue)
    collected(store, entries("missed"), NEXT.since)
    january = a_window(
        since=NEXT.until,
        until=datetime(2027, 2, 1, tzinfo=UTC),
        due=datetime(2027, 2, 1, 9, tzinfo=UTC),
        label="2027-01",
    )
    collected(store, entries("fresh"), january.since)
    (recipient,) = everybody(store, composed(store, january).issue)
    assert headlines(store, recipient) == ["missed", "fresh"]


def test_a_draft_that_nobody_approved_carried_nothing(store: Store) -> None:
    """What stood only in a draft waits for everybody in the next issue."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("drafted"))
    composed(store)
    collected(store, entries("fresh"), NEXT.since)
    (recipient,) = everybody(store, composed(store, NEXT).issue)
    assert headlines(store, recipient) == ["drafted", "fresh"]


def test_what_was_caught_up_is_over(store: Store) -> None:
    """Somebody who joins after a catch-up begins with the window, not with what was missed before."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a"), OCTOBER)
    frozen(
        store,
        composed(store, a_window(since=datetime(2026, 10, 1, tzinfo=UTC), until=WINDOW.since, label="2026-10")).issue,
    )
    collected(store, entries("missed"))
    frozen(store, composed(store, NEXT).issue)
    joined(store, a_subscriber("new@example.org", "btk"))
    january = a_window(since=NEXT.until, until=datetime(2027, 2, 1, tzinfo=UTC), label="2027-01")
    collected(store, entries("fresh"), january.since)
    assert [headlines(store, one) for one in everybody(store, composed(store, january).issue)] == [["fresh"], ["fresh"]]


def test_two_summaries_of_one_study_reach_a_reader_once(store: Store) -> None:
    """The same DOI from another source is not news to whoever had it."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a", doi="10.1000/one"))
    frozen(store, composed(store).issue)
    collected(store, entries("elsewhere told", doi="10.1000/one", source="other"), NEXT.since)
    (recipient,) = everybody(store, composed(store, NEXT).issue)
    assert recipient.skip is SkipReason.NOTHING_NEW


def test_an_explainer_stands_apart(store: Store) -> None:
    """Background is selected as background and never counted among the research."""
    joined(store, a_subscriber("ada@example.org", "btk"))
    collected(store, entries("a", kind=Kind.BACKGROUND))
    (recipient,) = everybody(store, composed(store).issue)
    assert recipient.edition is not None
    assert (len(recipient.edition.selection.research), len(recipient.edition.selection.background)) == (0, 1)


def test_one_reader_alone_gets_what_they_get_among_all(store: Store) -> None:
    """Looking at one reader gives the same selection as freezing everybody."""
    joined(store, *(a_subscriber(f"{number}@example.org", "btk") for number in range(5)))
    collected(store, entries("a", "b", "c"))
    first = composed(store).issue
    frozen(store, first, limit=2)
    second = composed(store, NEXT).issue
    for recipient in everybody(store, second):
        assert everybody(store, second, only=recipient.subscriber_id) == [recipient]


# --- subscribers ---------------------------------------------------------------------------------------------


def test_sync_counts_and_keeps_away(store: Store) -> None:
    """New, changed, unchanged and kept away add up, and nobody who left or bounced is active again."""
    rows = [a_subscriber(f"{name}@example.org", "btk") for name in ("ada", "bob", "eve")]
    assert pipeline.sync(store, rows, now=OCTOBER) == pipeline.Synced(new=3)
    store.set_status("bob@example.org", SubscriberStatus.UNSUBSCRIBED, now=NOVEMBER)
    store.suppress(Suppression(address="eve@example.org", reason=FeedbackKind.COMPLAINT, at=NOVEMBER))
    rows[0] = a_subscriber("ada@example.org", "vision")
    again = pipeline.sync(store, rows, now=NOVEMBER)
    assert again == pipeline.Synced(changed=1, unchanged=2, kept_away=2)
    assert {one.address: one.status for one in store.subscribers()}["bob@example.org"] is SubscriberStatus.UNSUBSCRIBED
