"""How values lie in columns: what goes in comes out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from digest.models import (
    Bullets,
    Cadence,
    Entry,
    Evidence,
    Kind,
    Match,
    Paragraph,
    Place,
    Placement,
    Profile,
    Section,
    SectionRole,
    Selection,
    Subheading,
)
from digest.store import values
from digest.store.values import Instant, Json, Said, Word, instant_text
from tests.factories import an_entry

SQLITE, POSTGRESQL = sqlite.dialect(), postgresql.dialect()

#: Any text at all, lone surrogates and NUL among it.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
BLOCKS = st.one_of(
    st.builds(Paragraph, TEXT),
    st.builds(Subheading, TEXT),
    st.builds(Bullets, st.lists(TEXT).map(tuple), st.booleans(), st.integers(0, 999)),
)
SECTIONS = st.builds(Section, blocks=st.lists(BLOCKS, max_size=4).map(tuple), heading=st.none() | TEXT)
ENTRIES = st.builds(
    Entry,
    source=TEXT,
    guid=TEXT,
    headline=TEXT,
    url=st.none() | TEXT,
    kind=st.sampled_from(Kind),
    sections=st.lists(SECTIONS, max_size=3).map(tuple),
    tags=st.lists(TEXT, max_size=3).map(tuple),
    journal=st.none() | TEXT,
    people=st.none() | TEXT,
    unsure=st.lists(TEXT, max_size=2).map(tuple),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
EVIDENCE = st.builds(Evidence, words=TEXT, place=st.sampled_from(Place), weight=NUMBERS)
MATCHES = st.lists(st.builds(Match, topic_id=TEXT, score=NUMBERS, evidence=st.lists(EVIDENCE, max_size=2).map(tuple)))
PLACEMENTS = st.lists(st.builds(Placement, also=st.lists(TEXT, max_size=2).map(tuple)), max_size=3).map(tuple)
SELECTIONS = st.builds(Selection, research=PLACEMENTS, background=PLACEMENTS, left_over=PLACEMENTS)
PROFILES = st.builds(Profile, interests=st.lists(TEXT).map(tuple), mutes=st.frozensets(TEXT))


@given(ENTRIES)
def test_an_entry_comes_back(entry):
    """Every entry is read as it was written, each block as the kind of block it was."""
    assert values.read_entry(values.write_entry(entry)) == entry


@given(MATCHES.map(tuple))
def test_matches_come_back(matches):
    """Matches keep their order, their words and their exact scores."""
    assert values.read_matches(values.write_matches(matches)) == matches


@given(SELECTIONS)
def test_a_selection_comes_back(selection):
    """A selection is read as it was written."""
    assert values.read_selection(values.write_selection(selection)) == selection


@given(PROFILES)
def test_a_profile_comes_back(profile):
    """A profile is read as it was written."""
    assert values.read_profile(values.write_profile(profile)) == profile


@given(ENTRIES)
def test_the_text_is_ascii(entry):
    """No database can refuse the JSON of hostile text."""
    text = values.write_entry(entry)
    assert text.isascii()
    assert "\0" not in text


def test_the_date_comes_back_with_its_precision():
    """A month stays a month."""
    entry = an_entry()
    assert values.read_entry(values.write_entry(entry)).published == entry.published


def test_equal_profiles_are_equal_text():
    """The order in which mutes are given does not matter."""
    mutes = ["b", "a", "c"]
    assert len({values.write_profile(Profile(mutes=frozenset(some))) for some in (mutes, mutes[::-1])}) == 1


def test_the_shape_is_what_earlier_versions_wrote():
    """Old rows can be read: a change here needs a migration."""
    blocks = (Paragraph("One."), Subheading("Two?"), Bullets(("a", "b"), ordered=True))
    entry = an_entry("one", sections=(Section(role=SectionRole.BODY, blocks=blocks),))
    raw = json.loads(values.write_entry(entry))
    assert raw["sections"] == [
        {
            "role": "body",
            "heading": None,
            "blocks": ["One.", {"heading": "Two?"}, {"items": ["a", "b"], "ordered": True}],
        }
    ]
    assert raw["published"] == {"day": "2026-11-01", "precision": "month"}


def test_fields_added_later_have_their_defaults():
    """An entry written before a field was there is read with the field's default."""
    raw = json.loads(values.write_entry(an_entry()))
    del raw["people"]
    assert values.read_entry(json.dumps(raw)) == an_entry()


# --- instants ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_a_naive_instant_is_refused(dialect):
    """Nobody could say when it is."""
    with pytest.raises(ValueError, match="no time zone"):
        Instant().process_bind_param(datetime(2026, 11, 1), dialect)  # noqa: DTZ001 - the point of it


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_an_instant_comes_back_in_utc(instant):
    """The same instant, in UTC, down to the microsecond."""
    try:
        expected = instant.astimezone(UTC)
    except OverflowError:
        return
    text = Instant().process_bind_param(instant, SQLITE)
    found = Instant().process_result_value(text, SQLITE)
    assert (found, found.tzinfo) == (expected, UTC)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2))
def test_the_text_of_instants_sorts_as_they_do(instants):
    """SQLite compares text, and comes to the same answer."""
    assert sorted(instants) == sorted(instants, key=instant_text)


def test_postgresql_instants_are_its_own():
    """PostgreSQL gets the datetime itself, and what it returns in its session's zone is read in UTC."""
    vienna = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert Instant().process_bind_param(vienna, POSTGRESQL).tzinfo is UTC
    assert Instant().process_result_value(vienna, POSTGRESQL).tzinfo is UTC


# --- words and text ----------------------------------------------------------------------------------------


def test_words_are_members():
    """A word is stored by its value and read as its member."""
    word = Word(Cadence)
    assert word.process_bind_param(Cadence.WEEKLY, SQLITE) == "weekly"
    assert word.process_result_value("weekly", SQLITE) is Cadence.WEEKLY


def test_an_unknown_word_is_refused():
    """What no member says is not stored."""
    with pytest.raises(ValueError, match="daily"):
        Word(Cadence).process_bind_param("daily", SQLITE)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("plain", "plain"), ("Grüße 🙂", "Grüße 🙂"), ("a\0b", "a�b"), ("ü\ud800\0", "ü��"), ("", "")],
)
def test_text_that_no_database_stores_is_mended(text, stored):
    """NUL and lone surrogates become replacement characters; all else stays."""
    assert Said().process_bind_param(text, SQLITE) == stored


@given(TEXT)
def test_said_text_can_be_written(text):
    """Whatever was said, it can be encoded and holds no NUL."""
    assert not re.search("\0", Said().process_bind_param(text, SQLITE).encode().decode())


@pytest.mark.parametrize(
    "kind", [Instant(), Said(), Word(Cadence), Json(str, str)], ids=lambda kind: type(kind).__name__
)
def test_none_stays_none(kind):
    """An empty column is read as None."""
    assert kind.process_bind_param(None, SQLITE) is None
    if not isinstance(kind, Said):
        assert kind.process_result_value(None, SQLITE) is None
