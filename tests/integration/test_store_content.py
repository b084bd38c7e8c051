"""Sources, summaries and studies, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.models import Selection, SourceState
from digest.store.base import Added
from tests.factories import NOW, a_section, a_window, an_entry
from tests.integration.store_verbs import a_frozen_issue, a_placement, an_edition

LATER = NOW + timedelta(days=1)


# --- sources -----------------------------------------------------------------------------------------------


def test_a_source_never_visited_is_blank(store):
    """Nothing is remembered of it, and that is no error."""
    assert store.source_state("news") == SourceState(name="news")
    assert store.source_states() == ()


def test_a_source_is_remembered(store):
    """The last state counts, with every field."""
    full = SourceState(
        name="news", address="https://example.org/feed",
        etag='W/"1"', modified="Mon", moved_to="https://example.org", retired=True, retry_at=LATER,
        failures=3, trouble="it is away", checked_at=NOW, succeeded_at=NOW,
    )  # fmt: skip
    store.save_source_state(SourceState(name="news", failures=1))
    store.save_source_state(full)
    assert store.source_state("news") == full


def test_sources_come_by_name(store):
    """Whatever order they were visited in."""
    for name in ("b", "a", "C"):
        store.save_source_state(SourceState(name=name))
    assert [state.name for state in store.source_states()] == ["C", "a", "b"]


# --- summaries ---------------------------------------------------------------------------------------------


def test_a_new_entry_is_a_summary(store):
    """It is stored whole, as revision 1, added now."""
    entry = an_entry()
    assert store.add_entries([entry], now=NOW) == Added(new=1)
    (summary,) = store.summaries_added(NOW, LATER)
    assert (summary.entry, summary.revision, summary.added_at) == (entry, 1, NOW)


def test_the_same_entry_again_is_nothing(store):
    """Not in another visit and not in the same one."""
    store.add_entries([an_entry()], now=NOW)
    assert store.add_entries([an_entry(), an_entry()], now=LATER) == Added(unchanged=2)
    assert store.count_summaries() == 1


def test_a_changed_text_is_a_revision(store):
    """It keeps its id, its study and the instant it was first seen: it is not news."""
    store.add_entries([an_entry()], now=NOW)
    (first,) = store.summaries_added(NOW, LATER)
    changed = an_entry(sections=(a_section(),))
    assert store.add_entries([changed], now=LATER) == Added(revised=1)
    (second,) = store.summaries_added(NOW, LATER)
    assert second == replace(first, revision=2, entry=changed, content_hash=second.content_hash)
    assert second.content_hash != first.content_hash


def test_a_text_that_returns_is_another_revision(store):
    """There and back again makes three."""
    for entry in (an_entry(), an_entry(sections=()), an_entry()):
        store.add_entries([entry], now=NOW)
    (summary,) = store.summaries_added(NOW, LATER)
    assert summary.revision == 3


def test_a_new_guid_for_an_old_entry(store):
    """A source that gives new guids at every visit has no news, and both guids are known."""
    store.add_entries([an_entry("one", headline="Walking and fatigue in adults")], now=NOW)
    again = an_entry("two", headline="Walking and fatigue in adults", url=None)
    assert store.add_entries([again], now=LATER) == Added(unchanged=1)
    assert store.knows("summaries", "one", "print of one")
    assert store.knows("summaries", "two", "print of two")


@pytest.mark.parametrize(
    "guid", ["https://e.example.org/?p=1", "http://www.e.example.org/?p=1", "https://www.e.example.org?p=1"]
)
def test_a_site_that_moves_brings_nothing_new(store, guid):
    """Its guids change their scheme or their host; the summary is the same, also where its text was edited."""
    store.add_entries([an_entry("http://e.example.org/?p=1")], now=NOW)
    moved = an_entry(guid, headline="Another title of it", people="12 adults")
    assert store.add_entries([moved], now=LATER) == Added(revised=1)
    assert store.add_entries([moved, an_entry("http://e.example.org/?p=1")], now=LATER) == Added(unchanged=2)


def test_one_guid_in_two_sources(store):
    """A guid names an entry inside its source only."""
    other = an_entry(source="other", headline="Something else altogether happened")
    assert store.add_entries([an_entry(), other], now=NOW) == Added(new=2)


def test_a_fingerprint_is_known_until_another_comes(store):
    """What the source said last is what is known, also when the text stayed the same."""
    store.add_entries([an_entry(fingerprint="a")], now=NOW)
    store.add_entries([an_entry(fingerprint="b")], now=NOW)
    assert [store.knows("summaries", "one", word) for word in ("a", "b")] == [False, True]


@pytest.mark.parametrize("asked", [("summaries", "two", "x"), ("other", "one", "x"), ("summaries", "one", "y")])
def test_others_are_not_known(store, asked):
    """Source, guid and fingerprint must all match."""
    store.add_entries([an_entry("one", fingerprint="x")], now=NOW)
    assert not store.knows(*asked)


def test_an_empty_fingerprint_proves_nothing(store):
    """A source that says nothing about its entries is read again every time."""
    store.add_entries([an_entry(fingerprint="")], now=NOW)
    assert not store.knows("summaries", "one", "")


def test_hostile_text_is_stored(store):
    """NUL and lone surrogates stop no collection, and such a guid is found again."""
    entry = an_entry("bad\0\ud800", headline="Bad \0 \ud800 headline", fingerprint="\ud800")
    assert store.add_entries([entry], now=NOW) == Added(new=1)
    assert store.add_entries([entry], now=NOW) == Added(unchanged=1)
    assert store.knows("summaries", "bad\0\ud800", "\ud800")


def test_nothing_to_add(store):
    """No entries, no change."""
    assert store.add_entries([], now=NOW) == Added()


def test_a_failure_stores_nothing(store):
    """One transaction: an entry that cannot be stored takes the others with it, for the next visit."""
    with pytest.raises(AttributeError):
        store.add_entries([an_entry(), None], now=NOW)
    assert store.count_summaries() == 0


# --- what was added when -----------------------------------------------------------------------------------


def test_the_window_is_half_open(store):
    """What was added at its first instant is in it, what was added at its last is not."""
    window = a_window()
    moment = timedelta(microseconds=1)
    instants = [window.since - moment, window.since, window.until - moment, window.until]
    for number, instant in enumerate(instants):
        store.add_entries([an_entry(str(number))], now=instant)
    assert [summary.added_at for summary in store.summaries_added(window.since, window.until)] == instants[1:3]


def test_summaries_come_oldest_first(store):
    """Then by id."""
    store.add_entries([an_entry("b")], now=LATER)
    store.add_entries([an_entry("a"), an_entry("c")], now=NOW)
    found = store.summaries_added(NOW, LATER + timedelta(seconds=1))
    assert [summary.entry.guid for summary in found] == ["a", "c", "b"]


def test_summaries_by_id(store):
    """Unknown ids are left out; any number of ids may be asked for."""
    store.add_entries([an_entry("one"), an_entry("two")], now=NOW)
    one, two = store.summaries_added(NOW, LATER)
    assert store.summaries([two.id, one.id, 999]) == {one.id: one, two.id: two}
    assert store.summaries(range(100_000)) == {one.id: one, two.id: two}
    assert store.summaries([]) == {}


# --- studies -----------------------------------------------------------------------------------------------


def studies(store):
    """The study of each guid."""
    return {summary.entry.guid: summary.study_id for summary in store.summaries_added(NOW, LATER)}


def test_two_sources_about_one_study(store):
    """The same DOI makes one study of two summaries, and the count says so."""
    first, second = an_entry("one", doi="10.1000/a"), an_entry("two", source="other", doi="10.1000/a")
    assert store.add_entries([first, second], now=NOW) == Added(new=2, known_studies=1)
    assert len(set(studies(store).values())) == 1


def test_a_third_summary_joins_two_studies(store):
    """One that has the DOI of the first and the PMID of the second proves both to be one."""
    one = an_entry("one", doi="10.1000/a")
    two = an_entry("two", source="other", pmid="123")
    store.add_entries([one, two], now=NOW)
    assert len(set(studies(store).values())) == 2
    both = an_entry("three", source="third", doi="10.1000/a", pmid="123")
    assert store.add_entries([both], now=NOW) == Added(new=1, known_studies=1)
    assert len(set(studies(store).values())) == 1


def test_a_revision_joins_two_studies(store):
    """A DOI that comes later does it too."""
    store.add_entries([an_entry("one", doi="10.1000/a"), an_entry("two", source="other")], now=NOW)
    store.add_entries([an_entry("two", source="other", doi="10.1000/a")], now=NOW)
    assert len(set(studies(store).values())) == 1


def test_the_joined_study_keeps_all_keys(store):
    """What named either study names the joined one."""
    store.add_entries([an_entry("one", doi="10.1000/a"), an_entry("two", source="other", pmid="123")], now=NOW)
    store.add_entries([an_entry("three", source="third", doi="10.1000/a", pmid="123")], now=NOW)
    for number, name in enumerate(({"doi": "10.1000/a"}, {"pmid": "123"})):
        assert store.add_entries([an_entry(f"more {number}", source="fourth", **name)], now=NOW).known_studies == 1


def one_title(number, **given):
    return an_entry(str(number), headline="This month in research on walking", sections=(), people=str(number), **given)


def test_a_title_that_everything_has(store):
    """However many entries of a source share a title, one of them under a new guid is known by its text."""
    store.add_entries([one_title(number) for number in range(150)], now=NOW)
    again = [replace(one_title(number), guid=f"new {number}") for number in (0, 149)]
    assert store.add_entries(again, now=NOW) == Added(unchanged=2)


def test_a_title_that_many_studies_have(store):
    """However many studies share a title, the one with the same DOI is found."""
    store.add_entries([one_title(number, doi=f"10.1000/{number}") for number in range(150)], now=NOW)
    others = [one_title(number, source="other", doi=f"10.1000/{number}") for number in (0, 149)]
    assert store.add_entries(others, now=NOW) == Added(new=2, known_studies=2)


def test_editions_follow_a_joined_study(store):
    """Who got the one study got the joined one: it is not sent again under another number."""
    store.add_entries([an_entry("one", doi="10.1000/a"), an_entry("two", source="other", pmid="123")], now=NOW)
    one, two = studies(store).values()
    given = Selection(research=(a_placement(two),), left_over=(a_placement(one),))
    other = Selection(left_over=(a_placement(two),))
    a_frozen_issue(store, an_edition(given), an_edition(other))
    store.add_entries([an_entry("three", source="third", doi="10.1000/a", pmid="123")], now=NOW)
    (joined,) = set(studies(store).values())
    assert store.edition_studies(1) == (frozenset({joined}), frozenset())
    assert store.edition_studies(2) == (frozenset(), frozenset({joined}))
    assert [row.edition_id for row in store.history(a_window().cadence, [joined])] == [1, 2]


def test_joining_leaves_other_editions_alone(store):
    """Studies that were not joined stay where they were."""
    entries = [an_entry("one", doi="10.1000/a"), an_entry("two", source="other", pmid="123"), an_entry("zero")]
    store.add_entries(entries, now=NOW)
    bystander = studies(store)["zero"]
    a_frozen_issue(store, an_edition(Selection(research=(a_placement(bystander),))))
    store.add_entries([an_entry("three", source="third", doi="10.1000/a", pmid="123")], now=NOW)
    assert store.edition_studies(1) == (frozenset({bystander}), frozenset())
