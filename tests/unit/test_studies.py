"""What is news and what is not, decided with literals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from digest.amendments import amendment
from digest.models import Amendment, Bullets, Entry, Kind, Paragraph, Precision, PublishedDate, Section, SectionRole
from digest.studies import Kin, Known, Verdict, content_hash, decide, other_spellings, plain_title, study_keys
from tests.factories import a_section, a_summary, an_entry

TITLE = "Walking every day and tiredness in multiple sclerosis"
TITLE_KEY = "title:walking every day and tiredness in multiple sclerosis"


def entry(**given: object) -> Entry:
    return an_entry(**{"headline": TITLE, **given})


def study(number: int, *keys: str) -> Kin:
    return Kin(study_id=number, keys=frozenset(keys))


def a_twin(number: int = 7, **given: object):
    old = entry(guid="old-guid", **given)
    return a_summary(number, study_id=number * 10, entry=old, content_hash=content_hash(old))


# --- keys ---


def test_keys_name_doi_pmid_and_title():
    """A study is known by its DOI, its PMID and its title, in that order."""
    assert study_keys(entry(doi="10.1000/XyZ", pmid="0123")) == ("doi:10.1000/xyz", "pmid:123", TITLE_KEY)


def test_an_explainer_has_a_title_key_of_its_own():
    """An explainer and a research summary with one title share no key."""
    research, explainer = entry(), entry(kind=Kind.BACKGROUND)
    assert not set(study_keys(research)) & set(study_keys(explainer))
    assert study_keys(explainer)[0].startswith("explainer:")


@pytest.mark.parametrize(
    "headline",
    [
        "",
        "News",
        "Fatigue in MS",
        "Reply to the letter to the editor",
        "What is new in MS research this month",
        "Research and research and research and research",
        "!!! ??? ... --- *** /// +++ ===",
        "a b c d e f g h i",
    ],
)
def test_a_common_title_names_no_study(headline):
    """Short and generic titles give no key: nothing may be merged by them."""
    assert study_keys(entry(headline=headline)) == ()


@pytest.mark.parametrize(
    "typed",
    [
        "Walking every day and TIREDNESS in multiple sclerosis.",
        "Walking every day, and tiredness, in multiple\u2010sclerosis",
        "Walking every-day and tired\u00adness in\u00a0multiple \u200bsclerosis",
        "\uff37alking every day \u2013 and tiredness in multiple sclerosis!",
    ],
)
def test_typings_of_one_title_are_one_title(typed):
    """Case, punctuation, hyphens, spaces, widths and invisible characters do not make another title."""
    assert plain_title(typed) == plain_title(TITLE)


def test_broken_encoding_does_not_make_another_title():
    """Mojibake is repaired before titles are compared."""
    right = "Interferon-β and café visits"
    assert plain_title(right.encode().decode("windows-1252")) == plain_title(right)


def test_different_words_are_different_titles():
    """Letters and digits do tell titles apart, in any script."""
    titles = ["Trial 1 of walking", "Trial 2 of walking", "Ходьба и усталость", "Ходьба и сон"]
    assert len({plain_title(title) for title in titles}) == 4


def test_keys_fit_a_database_index():
    """A hostile title or DOI of any length gives a short key, and two long ones stay two."""
    long, longer = (study_keys(entry(headline="many words " * n, doi="10.1/" + "x" * n)) for n in (9000, 9001))
    assert all(len(key) <= 217 for key in (*long, *longer))
    assert not set(long) & set(longer)


def test_an_id_loses_what_no_database_takes():
    """A DOI with a NUL or line break in it gives a clean key."""
    assert study_keys(entry(headline="x", doi="10.1/\x00a b\r\n")) == ("doi:10.1/ab",)


# --- content ---


@pytest.mark.parametrize(
    "given",
    [
        {"source": "elsewhere"},
        {"guid": "two"},
        {"url": "https://news.example.org/one?utm_source=feed"},
        {"fingerprint": "another"},
        {"headline": f"  {TITLE.replace(' ', '  ')}\n"},
    ],
)
def test_what_no_reader_reads_is_not_content(given):
    """Where an entry came from, and white space, do not change its hash."""
    assert content_hash(entry(**given)) == content_hash(entry())


@pytest.mark.parametrize(
    "given",
    [
        {"headline": "Another"},
        {"sections": ()},
        {"sections": (a_section(SectionRole.TAKEAWAY, "People who walked weekly felt less tired."),)},
        {"tags": ("fatigue",)},
        {"journal": None},
        {"doi": "10.1/2"},
        {"pmid": "5"},
        {"published": PublishedDate(day=date(2026, 11, 1), precision=Precision.DAY)},
        {"published": None},
        {"credibility": "high"},
        {"interest": "high"},
        {"people": "12 adults"},
        {"design": "trial"},
        {"language": "de"},
        {"kind": Kind.BACKGROUND},
    ],
)
def test_what_a_reader_reads_is_content(given):
    """Every field a reader sees changes the hash."""
    assert content_hash(entry(**given)) != content_hash(entry())


def test_how_blocks_are_cut_is_content():
    """A list is not the paragraph with the same words, an ordered list not an unordered one."""
    blocks = [
        (Paragraph("a b"),),
        (Paragraph("a"), Paragraph("b")),
        (Bullets(("a", "b")),),
        (Bullets(("a", "b"), True),),
    ]
    sections = [Section(role=SectionRole.BODY, blocks=each) for each in blocks]
    assert len({content_hash(entry(sections=(section,))) for section in sections}) == 4


def test_any_character_can_be_hashed():
    """Lone surrogates and NULs have a hash like all else."""
    assert content_hash(entry(headline="\ud800\x00")) != content_hash(entry(headline="\ud801\x00"))


# --- the same entry ---


def test_the_same_entry_again_is_nothing():
    """Known guid, same text: unchanged."""
    known = Known(summary_id=3, study_id=4, content_hash=content_hash(entry()))
    found = decide(entry(), same_guid=known, kin=[study(4, TITLE_KEY), study(9, TITLE_KEY)])
    assert (found.kind, found.summary_id, found.study_id, found.merge) == (Verdict.UNCHANGED, 3, 4, ())


def test_a_changed_text_is_a_revision():
    """Known guid, other text: a revision of that summary, even under another title."""
    found = decide(entry(headline="Quite another"), same_guid=Known(summary_id=3, study_id=4, content_hash="old"))
    assert (found.kind, found.summary_id, found.study_id) == (Verdict.REVISION, 3, 4)


def test_a_revision_that_learns_its_doi_joins_studies():
    """When a preprint's summary gains the DOI of a known study, the two are one, under the lowest id."""
    known = Known(summary_id=3, study_id=8, content_hash="old")
    found = decide(entry(doi="10.1/a"), same_guid=known, kin=[study(8, TITLE_KEY), study(2, "doi:10.1/a")])
    assert (found.study_id, found.merge) == (2, (8,))


def test_a_revision_joins_nothing_by_title_alone():
    """A new headline that happens to be another study's does not merge the two."""
    known = Known(summary_id=3, study_id=8, content_hash="old")
    assert decide(entry(), same_guid=known, kin=[study(2, TITLE_KEY)]).merge == ()


def test_a_new_guid_at_every_visit_is_not_news():
    """The same source, title and text under a new guid is the entry we have."""
    found = decide(entry(guid="new-guid"), twins=[a_twin()], kin=[study(70, TITLE_KEY)])
    assert (found.kind, found.summary_id, found.study_id) == (Verdict.UNCHANGED, 7, 70)


@pytest.mark.parametrize(
    "both",
    [{"doi": "10.1/a"}, {"pmid": "7"}, {"doi": "10.1/a", "headline": "Editorial"}, {}],
    ids=["doi", "pmid", "doi under a common title", "title, journal and date"],
)
def test_a_new_guid_with_a_new_text_is_a_revision(both):
    """A source that re-encrypts its guids may also correct a text: a revision, not news."""
    changed = entry(guid="new-guid", tags=("fatigue",), **both)
    found = decide(changed, twins=[a_twin(**both)])
    assert (found.kind, found.summary_id) == (Verdict.REVISION, 7)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}),
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"kind": Kind.BACKGROUND}, {}),
        ({"journal": None}, {"journal": None}),
        ({"journal": "Another Journal"}, {}),
        ({"published": None}, {}),
        ({"headline": "Editorial"}, {"headline": "Editorial"}),
    ],
    ids=["doi", "pmid", "kind", "no journal", "journal", "date", "common title"],
)
def test_a_series_under_one_title_stays_a_series(ours, theirs):
    """One source, one title, another text and nothing more in common: news, and of a study of its own."""
    twin = a_twin(**theirs)
    other = (a_section(SectionRole.BODY, "Of another month, and all in other words than before."),)
    found = decide(entry(guid="new", sections=other, **ours), twins=[twin], kin=[study(70, *study_keys(twin.entry))])
    assert (found.kind, found.study_id) == (Verdict.NEW, None)


# --- the same study ---


@pytest.mark.parametrize(
    ("given", "kin", "study_id", "merge"),
    [
        ({}, [], None, ()),
        ({"doi": "10.1/a"}, [study(5, "doi:10.1/a", "title:x")], 5, ()),
        ({"pmid": "1"}, [study(5, "pmid:1")], 5, ()),
        ({}, [study(5, TITLE_KEY, "doi:10.1/a")], 5, ()),
        ({"doi": "10.1/a"}, [study(5, TITLE_KEY)], 5, ()),
        ({"doi": "10.1/a"}, [study(5, TITLE_KEY, "doi:10.1/b")], None, ()),
        ({"pmid": "1"}, [study(5, TITLE_KEY, "pmid:2")], None, ()),
        ({"doi": "10.1/a", "pmid": "1"}, [study(9, "doi:10.1/a"), study(5, "pmid:1")], 5, (9,)),
        ({"doi": "10.1/a"}, [study(9, "doi:10.1/a"), study(5, TITLE_KEY)], 5, (9,)),
        ({}, [study(4, TITLE_KEY, "doi:10.1/a"), study(5, TITLE_KEY, "doi:10.1/b")], None, ()),
        ({"doi": "10.1/a"}, [study(4, TITLE_KEY, "doi:10.1/a"), study(5, TITLE_KEY, "doi:10.1/b")], 4, ()),
        ({"doi": "10.1/j", "pmid": "1"}, [study(5, "pmid:1", "doi:10.1/preprint")], 5, ()),
        ({"doi": "10.1/a", "pmid": "1"}, [study(4, "doi:10.1/a", "pmid:2"), study(3, "pmid:1", "doi:10.1/b")], 4, ()),
        ({"doi": "10.1/a"}, [study(2, TITLE_KEY, "pmid:9"), study(3, "doi:10.1/a", "pmid:1")], 3, ()),
    ],
    ids=[
        "nothing known",
        "same doi",
        "same pmid",
        "same title, doi on one side",
        "same title, doi on the other side",
        "a doi conflict beats the title",
        "a pmid conflict beats the title",
        "doi and pmid join two studies",
        "doi and title join two studies",
        "a title that two studies share says nothing",
        "a doi says which of two titles",
        "a preprint keeps its pmid",
        "the doi wins over a pmid that contradicts it",
        "what the study is known by counts against a title too",
    ],
)
def test_whose_study_a_new_summary_tells_of(given, kin, study_id, merge):
    """A summary from another source joins the study its DOI, its PMID, or an uncontradicted title names."""
    found = decide(entry(**given), kin=kin)
    assert (found.kind, found.summary_id, found.study_id, found.merge) == (Verdict.NEW, None, study_id, merge)
    assert decide(entry(**given), kin=kin[::-1]) == found


def test_a_decision_says_why():
    """A person who asks is told by what the study was known."""
    found = decide(entry(doi="10.1/a"), kin=[study(1, "doi:10.1/a"), study(2, TITLE_KEY)])
    assert found.why == "a known study has the same DOI and title"


# --- notices, preprints, moved sites ------------------------------------------------------------------------


def test_a_notice_has_the_keys_of_what_it_takes_back():
    """Its own DOI names the notice; the title and the DOI it names are the study's."""
    words = Paragraph("The article 10.5555/old is retracted.")
    body = Section(role=SectionRole.BODY, blocks=(words,))
    notice = entry(headline=f"Retraction: {TITLE}", doi="10.5555/own", sections=(body,))
    assert study_keys(notice) == ("doi:10.5555/own", "doi:10.5555/old", TITLE_KEY)


def test_a_notice_joins_the_study_it_takes_back():
    """A DOI of its own tells it from none; research under one title with another DOI stays apart."""
    known = study(1, "doi:10.5555/old", TITLE_KEY)
    notice = entry(headline=f"RETRACTED ARTICLE: {TITLE}", doi="10.5555/own")
    assert decide(notice, kin=[known]).study_id == 1
    assert decide(entry(doi="10.5555/own"), kin=[known]).study_id is None


PREPRINT, PAPER = "10.1101/2026.01.02.26300001", "10.5555/abc.77"


@pytest.mark.parametrize(
    ("doi", "known", "same"),
    [
        (PAPER, (f"doi:{PREPRINT}",), True),
        (PREPRINT, (f"doi:{PAPER}",), True),
        ("10.21203/rs.3.rs-1234567", (f"doi:{PAPER}", "pmid:1"), True),
        (PAPER, (f"doi:{PREPRINT}", "doi:10.5555/other"), False),
        (PREPRINT, ("doi:10.1101/2026.01.02.26300002",), False),
        (PAPER, ("doi:10.5555/other",), False),
        (PAPER, ("doi:10.1101/gr.123456.100",), False),
    ],
)
def test_a_preprint_and_its_paper_are_one_study(doi, known, same):
    """Under one title, with a DOI and a PMID each; two papers, or two preprints, are two."""
    found = decide(entry(doi=doi, pmid="2"), kin=[study(1, TITLE_KEY, *known)])
    assert (found.study_id == 1) is same


def test_a_preprint_and_its_paper_from_one_source():
    """A title that stands twice in one source is no series where one is the preprint of the other."""
    twin = a_twin(doi=PREPRINT, journal="Preprints")
    known = study(twin.study_id, f"doi:{PREPRINT}", TITLE_KEY)
    found = decide(entry(doi=PAPER, journal="Journal"), twins=[twin], kin=[known])
    assert (found.kind, found.study_id) == (Verdict.NEW, twin.study_id)


@pytest.mark.parametrize(
    ("guid", "other"),
    [
        ("http://e.example.org/?p=1", "https://e.example.org/?p=1"),
        ("https://e.example.org/a", "http://www.e.example.org/a/"),
        ("https://www.e.example.org/a/", "https://e.example.org/a"),
        ("HTTP://E.example.org/a", "https://e.example.org/a"),
    ],
)
def test_one_address_in_another_spelling(guid, other):
    """Scheme, `www.` and a slash at the end change when a site moves."""
    assert other in other_spellings(guid)
    assert guid not in other_spellings(guid)


@pytest.mark.parametrize(
    ("guid", "other"),
    [
        ("https://e.example.org/a#1", "https://e.example.org/a#2"),
        ("https://e.example.org/a#1", "https://e.example.org/a"),
        ("https://e.example.org/?p=1", "https://e.example.org/?p=2"),
        ("https://e.example.org/a", "https://f.example.org/a"),
        ("https://e.example.org/a", "https://e.example.org/A"),
        ("tag:e.example.org,2026:1", "tag:e.example.org,2026:1/"),
        ("http://[::1", "https://[::1"),
    ],
)
def test_other_addresses_are_others(guid, other):
    """A fragment, a parameter or a path may be all that tells entries apart."""
    assert other not in other_spellings(guid)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://e.example.org/2026/study", True),
        ("http://www.e.example.org/2026/study/", True),
        ("https://e.example.org/other", False),
        ("https://e.example.org/", False),
        (None, False),
    ],
)
def test_a_new_guid_for_the_same_title_and_page(url, same):
    """A guid may turn from `?p=1` into the page's address while the text is edited; a front page proves nothing."""
    old = "https://e.example.org/2026/study" if url != "https://e.example.org/" else url
    twin = a_twin(url=old, journal=None)
    words = (a_section(SectionRole.BODY, "All of it was written anew, in other words than before."),)
    edited = entry(guid="new", url=url, sections=words, journal=None)
    assert (decide(edited, twins=[twin]).kind is Verdict.REVISION) is same


WORDS = "Sixty adults wore a cooling vest on warm days for eight weeks and walked a little farther than before."


def in_words(*words: str, **given: Any) -> Entry:
    body = Section(role=SectionRole.BODY, blocks=tuple(map(Paragraph, words)))
    day = PublishedDate(day=date(2026, 4, 3), precision=Precision.DAY)
    return entry(
        **{"journal": None, "published": day, "sections": (body,), "url": "https://old.example.org/?p=1", **given}
    )


@pytest.mark.parametrize(
    ("given", "words", "same"),
    [
        ({}, WORDS.replace("eight", "ten"), True),
        ({}, f"{WORDS} Nobody knows for how long the effect lasts, or whether it helps in the cold at all.", True),
        ({}, "Twelve teenagers kept a diary of their sleep for a month, and were less tired than at its start.", False),
        ({"published": PublishedDate(day=date(2026, 4, 7), precision=Precision.DAY)}, WORDS, False),
        ({"published": None}, WORDS, False),
        ({"journal": "Another Journal"}, WORDS, False),
        ({"doi": "10.5555/b"}, WORDS, False),
        ({"headline": "Editorial"}, WORDS, False),
    ],
    ids=["a word", "more words", "other words", "date", "no date", "journal", "doi", "common title"],
)
def test_a_site_that_moves_and_mends_its_texts(given, words, same):
    """Guid, address and text are new, title, day and most of the words are not: the entry we have."""
    old = in_words(
        WORDS, guid="old", doi="10.5555/a" if "doi" in given else None, headline=given.get("headline", TITLE)
    )
    twin = a_summary(7, study_id=70, entry=old, content_hash=content_hash(old))
    moved = in_words(words, **{"guid": "new", "url": "https://new.example.org/2026/vests/", "tags": ("x",), **given})
    assert (decide(moved, twins=[twin]).kind is Verdict.REVISION) is same


@pytest.mark.parametrize(
    ("words", "same"), [(WORDS.replace("before", "then"), True), (f"{WORDS} {WORDS[::-1]}", False)]
)
def test_without_a_day_nearly_every_word_must_be_the_same(words, same):
    """Issues of a series have their frame in common."""
    old = in_words(WORDS, guid="old", published=None)
    twin = a_summary(7, study_id=70, entry=old, content_hash=content_hash(old))
    moved = in_words(words, guid="new", url="https://new.example.org/2026/vests/", published=None)
    assert (decide(moved, twins=[twin]).kind is Verdict.REVISION) is same


# --- amendments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Walking and fatigue", "Retracted: walking and fatigue", Amendment.RETRACTED),
        ("Walking and fatigue", "[Retraction] Walking and fatigue", Amendment.RETRACTED),
        ("Walking and fatigue", "Walking and fatigue (withdrawn)", Amendment.RETRACTED),
        ("Walking and fatigue", "Correction: walking and fatigue", Amendment.CORRECTED),
        ("Walking and fatigue", "Walking and fatigue (corrected version)", Amendment.CORRECTED),
        ("Walking and fatigue", "Expression of concern: walking", Amendment.CORRECTED),
        ("Correction: walking", "Retracted: walking", Amendment.RETRACTED),
        ("Retracted: walking", "Retracted: walking, and why", None),
        ("Walking and fatigue", "Walking and vision correction", None),
        ("Walking and fatigue", "People withdrawn from treatment walk less", None),
        ("Walking and fatigue", "Walking and fatigue, again", None),
        (None, "Retraction of a study", Amendment.RETRACTED),
        (None, "Walking and fatigue", None),
    ],
)
def test_a_text_that_takes_something_back(before: str | None, after: str, kind: Amendment | None) -> None:
    """Only the usual words, where a title begins or in brackets, and only where they are new."""
    old = an_entry(headline=before) if before is not None else None
    assert amendment(old, an_entry(headline=after)) is kind
