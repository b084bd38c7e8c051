"""A source's standing text is learnt while it is collected, and what that changes is read again."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from digest import collecting
from digest.collecting import Visit
from digest.models import Entry, SectionRole
from digest.sources.folder import FolderSource
from digest.sources.original import unpacked
from digest.store.base import Store
from tests.factories import NOW

SITES = Path(__file__).parent.parent / "data" / "sites"
REQUEST = "A word from Alderbrook"


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    return FolderSource(name="alderbrook", folder=tmp_path, pattern="*.txt")


def arrived(source: FolderSource, *numbers: int, site: str = "alderbrook") -> None:
    for number in numbers:
        shutil.copy(SITES / site / f"{number}.txt", source.folder / f"{number}.txt")


def visited(store: Store, source: FolderSource, *, days: int = 0) -> Visit:
    (visit,) = collecting.collect(store, [source], clock=lambda: NOW + timedelta(days=days))
    assert visit.trouble is None
    return visit


def entry(store: Store, number: int) -> Entry:
    latest = {one.entry.guid: one.entry for one in store.latest_of("alderbrook", limit=50)}
    return latest[f"{number}.txt"]


def says(one: Entry, words: str) -> bool:
    return words in repr(one.sections)


def test_what_stands_everywhere_is_learnt_and_goes_from_drafts(store: Store, source: FolderSource) -> None:
    """Four documents teach nothing; with the fifth the text is known, and the first four are read again."""
    arrived(source, 1, 2, 3, 4)
    assert visited(store, source).learnt == ()
    assert says(entry(store, 1), REQUEST)
    arrived(source, 5)
    learnt = visited(store, source, days=1).learnt
    assert any(one.text.startswith(REQUEST) for one in learnt)
    assert not any(says(entry(store, number), REQUEST) for number in range(1, 6))
    assert store.count_summaries() == 5


def test_what_was_learnt_is_used_from_then_on(store: Store, source: FolderSource) -> None:
    """A document that comes later never has it, and nothing is learnt twice."""
    arrived(source, 1, 2, 3, 4, 5)
    visited(store, source)
    arrived(source, 6)
    visit = visited(store, source, days=1)
    assert (visit.learnt, visit.added.new, visit.added.revised) == ((), 1, 0)
    assert not says(entry(store, 6), REQUEST)


def test_an_operator_has_the_last_word(store: Store, source: FolderSource) -> None:
    """A text that is kept is content again, also where it had gone, and is not learnt anew."""
    arrived(source, 1, 2, 3, 4, 5)
    visited(store, source)
    (request,) = (one for one in store.furniture("alderbrook") if one.text.startswith(REQUEST))
    assert store.keep_furniture("alderbrook", request.key)
    collecting.read_again(store, source, now=NOW)
    assert says(entry(store, 1), REQUEST)
    arrived(source, 6)
    assert visited(store, source, days=1).learnt == ()
    assert says(entry(store, 6), REQUEST)


def test_a_forgotten_text_may_be_learnt_again(store: Store, source: FolderSource) -> None:
    """The next document brings it back."""
    arrived(source, 1, 2, 3, 4, 5)
    visited(store, source)
    for one in store.furniture("alderbrook"):
        assert store.forget_furniture("alderbrook", one.key)
    assert store.furniture("alderbrook") == ()
    arrived(source, 6)
    assert any(one.text.startswith(REQUEST) for one in visited(store, source, days=1).learnt)


def test_what_is_too_old_for_a_draft_stays_as_it_was_read(store: Store, source: FolderSource) -> None:
    """A quarter and some days back no window is open."""
    arrived(source, 1)
    visited(store, source)
    arrived(source, 2, 3, 4, 5)
    assert visited(store, source, days=101).learnt
    assert says(entry(store, 1), REQUEST) and not says(entry(store, 2), REQUEST)


def test_a_text_of_another_source_is_not_known_here(store: Store, source: FolderSource, tmp_path: Path) -> None:
    """Each source has its own standing text."""
    arrived(source, 1, 2, 3, 4, 5)
    visited(store, source)
    assert store.furniture("tidewater") == ()
    assert not store.keep_furniture("tidewater", store.furniture("alderbrook")[0].key)
    assert not store.forget_furniture("alderbrook", "nothing")


def test_the_original_is_kept_with_each_revision(store: Store, source: FolderSource) -> None:
    """What a summary was read from can be shown beside it, as it is now."""
    arrived(source, 1)
    visited(store, source)
    (summary,) = store.latest_of("alderbrook", limit=1)
    (source.folder / "1.txt").write_text("Another text\n\nWhat they found\n\nNothing new.", encoding="utf-8")
    visited(store, source, days=1)
    original = unpacked(store.original(summary.id) or b"")
    assert original.text is not None and original.text.pieces[0].text == "Another text"


def test_a_source_that_changed_its_pages_is_noticed(store: Store, source: FolderSource) -> None:
    """Where every summary had considerations and one has none, the operator hears of it."""
    arrived(source, 1, 2, 3, 4, 5)
    visited(store, source)
    text = (SITES / "alderbrook" / "6.txt").read_text("utf-8")
    head, _, rest = text.partition("Points to bear in mind")
    (source.folder / "6.txt").write_text(head + rest.partition("Why it matters")[2], encoding="utf-8")
    (problem,) = visited(store, source, days=1).problems
    assert problem.place == "alderbrook" and "which its texts always had" in problem.message
    assert entry(store, 6).section(SectionRole.CONSIDERATIONS) is None
