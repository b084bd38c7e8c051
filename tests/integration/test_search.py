"""Search over summaries: the same words find the same in both databases, and hostile ones do no harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest.models import Bullets, IssueItem, Match, Paragraph, Section, SectionRole
from digest.store.search import MOST, Term, index, reduced, terms_of
from digest.store.store import SqlStore
from digest.store.tables import studies, summaries
from tests.factories import NOW, a_section, a_window, an_entry

WALKING = an_entry(
    "walking", headline="Walking and fatigue", sections=(a_section(SectionRole.BODY, "Naïve B‐cell counts fell."),)
)
SCANS = an_entry("scans", headline="Brain scans", sections=(a_section(SectionRole.BODY, "Fatigue was not measured."),))
TYSABRI = an_entry(
    "tysabri",
    headline="Natalizumab, again",
    source="others",
    tags=("Tysabri®",),
    sections=(Section(role=SectionRole.FINDINGS, blocks=(Paragraph("One."), Bullets(("Fewer relapses.", "Scans.")))),),
)


@pytest.fixture
def library(store: SqlStore) -> SqlStore:
    """Three summaries, a day between any two."""
    for day, one in enumerate((WALKING, SCANS, TYSABRI)):
        store.add_entries([one], now=NOW + timedelta(days=day))
    return store


def found(store: SqlStore, question: str, **filters) -> list[str]:
    ids = store.search(question, **filters).ids
    by_id = store.summaries(ids)
    return [by_id[number].entry.guid for number in ids]


@pytest.mark.parametrize(
    ("question", "guids"),
    [
        ("walking", ["walking"]),
        ("WALKED", ["walking"]),
        ("naive b cell", ["walking"]),
        ("b-cell", ["walking"]),
        ('"cell counts"', ["walking"]),
        ('"counts cell"', []),
        ("tysabri", ["tysabri"]),
        ("tysa*", ["tysabri"]),
        ("tysa", []),
        ("relapse", ["tysabri"]),
        ("brain fatigue", ["scans"]),
        ("fatigue -walking", ["scans"]),
        ('fatigue -"not measured"', ["walking"]),
        ("nothing of the kind", []),
        ("-walking", []),
        ("  ", ["tysabri", "scans", "walking"]),
    ],
)
def test_words_find_texts(library, question, guids):
    """All of them must be there, in any form; in a row, begun or excluded where that is said; no words, the newest."""
    assert found(library, question) == guids


def test_a_word_in_the_headline_weighs_more(library):
    """Than one in the text, whatever is newer."""
    assert found(library, "fatigue") == ["walking", "scans"]
    assert found(library, "scans") == ["scans", "tysabri"]


@pytest.mark.parametrize(
    "hostile",
    ['"', "'", '"""', "AND", "OR NOT", "NEAR(walking, 5)", "headline: x", "a* b* *", "(", ")",
     "walking)", "\\", "%", "*",
     "x' OR '1'='1",
     "!walking & x:*", "<->", "\0", "\ud800", "-", '-"', "walking:*", "^walking", "a" * 5000],
)  # fmt: skip
def test_no_question_breaks_the_search(library, hostile):
    """Signs of either database's language are no words; nothing is raised."""
    assert library.search(hostile).total in (0, 1, 2, 3)


def test_a_revision_is_found_by_its_new_words_alone(library):
    """And once, however often its text changed."""
    for more in ("dancing", "swimming"):
        library.add_entries([replace(WALKING, headline=f"About {more}")], now=NOW)
    assert found(library, "swimming") == ["walking"]
    assert found(library, "dancing") == [] == found(library, "walking and fatigue")


def test_filters(library):
    """By source, by when it was added, by topic; together they narrow."""
    assert found(library, "", source="others") == ["tysabri"]
    assert found(library, "", since=NOW + timedelta(days=1)) == ["tysabri", "scans"]
    assert found(library, "fatigue", since=NOW + timedelta(days=1)) == ["scans"]
    assert found(library, "fatigue", source="others") == []


def test_topics_are_those_of_the_issue_it_stood_in_last(library):
    """Composed anew, they are what it is about by now."""
    issue = library.add_issue(a_window(), now=NOW)
    one, two, _ = library.summaries([1, 2, 3]).values()
    library.save_items(issue.id, [_item(one, "btk", "vision"), _item(two, "vision")], now=NOW)
    assert found(library, "", topics={"vision"}) == ["scans", "walking"]
    assert found(library, "", topics={"btk", "pediatric"}) == ["walking"]
    library.save_items(issue.id, [_item(one, "pediatric"), _item(two, "vision")], now=NOW)
    assert found(library, "", topics={"btk"}) == [] == found(library, "", topics=set())
    assert found(library, "", topics={"pediatric"}) == ["walking"]


def _item(summary, *topics: str) -> IssueItem:
    return IssueItem(summary=summary, matches=tuple(Match(topic_id=topic, score=1.0) for topic in topics))


def test_pages(library):
    """Each summary once over all pages; the total is that of all of them."""
    pages = [library.search("", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [page.total for page in pages] == [3, 3, 3]
    assert [len(page.ids) for page in pages] == [2, 1, 0]


def test_common_words_are_counted_up_to_a_limit(library):
    """What more summaries have than are counted is no measure of the best: the newest come first, and it is said."""
    many = [{"id": number, "known_since": NOW} for number in range(4, 4 + MOST)]
    rows = [
        {"id": one["id"], "study_id": one["id"], "revision": 1, "added_at": NOW, "title_hash": "", "source": "old"}
        for one in many
    ]
    with library.begin() as connection:
        connection.execute(sa.insert(studies), many)
        connection.execute(sa.insert(summaries), [{**row, "guid": str(row["id"])} for row in rows])
        for row in rows:
            index(connection, row["id"], 1, SCANS)
    everything = library.search("scans", limit=2)
    assert (everything.total, everything.more, everything.ids) == (MOST, True, (MOST + 3, MOST + 2))
    assert library.search("scans", limit=2, offset=MOST).ids == (3, 2)
    alone = library.search("walking")
    assert (alone.total, alone.more, alone.ids) == (1, False, (1,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Naïve B‐cell", "naive b cell"),
        ("  ÉTUDE_2  ", "etude 2"),
        ("x² ﬁbre", "x2 fibre"),
        ("", ""),
        ("…", ""),
    ],
)
def test_texts_are_reduced(text, words):
    """To letters and digits, without case and accents."""
    assert reduced(text) == words


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("one Two", [Term(("one",)), Term(("two",))]),
        ('"one two" three', [Term(("one", "two")), Term(("three",))]),
        ("anti-CD20", [Term(("anti", "cd20"))]),
        ("-one", [Term(("one",), excluded=True)]),
        ("one*", [Term(("one",), prefix=True)]),
        ('- " *', []),
    ],
)
def test_questions_are_read(question, terms):
    """Words, rows of words, begun and excluded ones."""
    assert list(terms_of(question)) == terms
