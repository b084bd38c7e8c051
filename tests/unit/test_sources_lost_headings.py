"""Where a document's headings are not the usual ones: its own title, its lead, limits under other names."""

from __future__ import annotations

import pytest

from digest.models import SectionRole, Subheading
from digest.sources.headings import Headings
from digest.sources.markup import read_html
from digest.sources.original import Manner, Original, said_in
from digest.sources.page import read_page
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.roles import Why
from digest.sources.sections import read_summary
from tests.unit.test_sources_roles import CONSIDERATIONS, FINDINGS, QUIET, RELEVANCE, TAKEAWAY

T, F, R, C, B = (
    SectionRole.TAKEAWAY, SectionRole.FINDINGS, SectionRole.RELEVANCE, SectionRole.CONSIDERATIONS, SectionRole.BODY
)  # fmt: skip


def page(html: str, headline: str | None = None) -> Reading:
    document = read_html(f"<html><body><article>{html}</article></body></html>", article=True, headings=Headings())
    return read_page(document, headings=Headings(), headline=headline)


def text(*lines: str) -> Reading:
    return read_summary(read_text("\n\n".join(lines)).pieces, headings=Headings(), title_first=True)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{one}</p>" for one in texts)


def roles(reading: Reading) -> list[SectionRole]:
    return [section.role for section in reading.sections]


# --- another title -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headline", [None, "Cold vests", "New: Cold vests and walking"])
def test_a_page_names_its_text_in_its_own_way(headline: str | None) -> None:
    """The feed's headline is kept, and the page's stands nowhere in the text."""
    found = page(f"<h1>Cold vests and walking</h1>{paragraphs(FINDINGS, RELEVANCE, CONSIDERATIONS)}", headline)
    assert roles(found) == [F, R, C]
    assert found.headline == (headline or "Cold vests and walking")


def test_chapters_are_no_titles() -> None:
    """Where several headings are of the first rank, none is the headline's other name."""
    found = page(f"<h1>Heat</h1><p>{QUIET}</p><h1>Cold</h1><p>{QUIET}</p>", "Cold vests")
    assert [section.heading for section in found.sections] == ["Heat", "Cold"]


# --- limits ------------------------------------------------------------------------------------------------------

SMALL = "The study was small and had no placebo group, so the results may not apply to everyone."


@pytest.mark.parametrize(
    "heading",
    [
        "What we don’t know yet", "What this study does not tell us", "A few words of caution", "Should I be careful?",
        "Comments on the limits", "Strengths and limitations of this small study", "Still unanswered",
    ],
)  # fmt: skip
def test_limits_under_a_name_of_their_own(heading: str) -> None:
    """The heading speaks of limits, and what stands below it does."""
    told = f"<h1>Cold vests</h1><h2>What they found</h2><p>{FINDINGS}</p><h2>{heading}</h2><p>{SMALL}</p>"
    assert roles(page(told)) == [F, C]
    assert page(told).sections[-1].heading == heading
    assert roles(text("Cold vests", "What They Found", FINDINGS, heading, SMALL)) == [F, C]


def test_limits_in_several_places_stand_together() -> None:
    """Each keeps its heading, none is lost."""
    first, second = f"<h2>Limitations</h2><p>{CONSIDERATIONS}</p>", f"<h2>What we cannot tell</h2><p>{SMALL}</p>"
    found = page(f"<h1>Cold vests</h1><h2>Results</h2><p>{FINDINGS}</p>{first}<h2>Also</h2><p>{QUIET}</p>{second}")
    assert roles(found) == [F, C, B]
    assert Subheading("What we cannot tell") in found.sections[1].blocks


@pytest.mark.parametrize("below", [FINDINGS, QUIET])
def test_a_matter_of_limits_is_no_limit_of_the_study(below: str) -> None:
    """A heading alone makes no considerations."""
    assert C not in roles(page(f"<h2>Results</h2><p>{FINDINGS}</p><h2>Heat limits walking</h2><p>{below}</p>"))


@pytest.mark.parametrize("heading", ["More", "1"])
def test_limits_below_a_heading_that_says_nothing_are_a_doubt(heading: str) -> None:
    """Else the mail would say that the source names no limits."""
    (doubt,) = page(f"<h2>Results</h2><p>{FINDINGS}</p><h2>{heading}</h2><p>{SMALL}</p>").unsure
    assert doubt.startswith("no heading of considerations was found, yet “The study was small")


def test_an_article_without_headings_tells_its_limits_anywhere() -> None:
    """It is left as it is."""
    many = [QUIET, SMALL, *[QUIET] * 8]
    assert page(paragraphs(*many), "Cold vests").unsure == ()


# --- the lead ----------------------------------------------------------------------------------------------------


def test_a_lead_above_the_parts_is_the_takeaway() -> None:
    """It tells in a sentence or two what was found, and a short mail prints it."""
    found = page(f"<h1>Cold vests</h1><p>{TAKEAWAY}</p><h2>Results</h2><p>{FINDINGS}</p>")
    assert (roles(found), found.why[0]) == ([T, F], Why.ORDER)


def test_a_lead_is_short_and_alone() -> None:
    """Longer ones are text, and a takeaway with a heading is the only one."""
    results = f"<h2>Results</h2><p>{FINDINGS}</p>"
    assert roles(page(f"<h1>Cold vests</h1><p>{FINDINGS}</p>{results}")) == [B, F]
    assert roles(page(f"<h1>Cold vests</h1>{paragraphs(TAKEAWAY, QUIET)}{results}")) == [B, F]
    named = f"<h2>Bottom line</h2><p>{QUIET}</p>"
    assert roles(page(f"<h1>Cold vests</h1><p>{TAKEAWAY}</p>{results}{named}")) == [B, F, T]


# --- rows of headings --------------------------------------------------------------------------------------------

TABS = "".join(f"<h3>{name}</h3>" for name in ("Key takeaway", "What they found", "Important considerations"))


def test_tabs_in_a_row_do_not_name_what_stands_below_the_last() -> None:
    """Its parts are known by words, and a person is asked."""
    found = page(f"<h1>Cold vests</h1>{TABS}{paragraphs(TAKEAWAY, FINDINGS, RELEVANCE, CONSIDERATIONS)}")
    assert roles(found) == [T, F, R, C]
    assert "stand in a row above one text" in found.unsure[0]


def test_what_was_left_out_between_headings_parts_them() -> None:
    """Where all of a source's documents say the same, its headings only seem to stand in a row."""
    lines = [
        "Cold vests",
        "Key Takeaway",
        QUIET,
        "What They Found",
        FINDINGS,
        "Important Considerations",
        CONSIDERATIONS,
    ]
    pieces = read_text("\n\n".join(lines)).pieces
    recurs = {QUIET, FINDINGS}.__contains__
    found = read_summary(pieces, headings=Headings(), title_first=True, recurs=recurs)
    assert (roles(found), found.unsure) == ([C], ())


def test_a_table_of_contents_names_nothing_twice() -> None:
    """The headings come again, each above its own text."""
    parts = f"<h3>Key takeaway</h3><p>{TAKEAWAY}</p><h3>What they found</h3><p>{FINDINGS}</p>"
    found = page(f"<h1>Cold vests</h1>{TABS}{parts}<h3>Important considerations</h3><p>{CONSIDERATIONS}</p>")
    assert (roles(found), found.unsure) == ([T, F, C], ())
    assert not [block for section in found.sections for block in section.blocks if isinstance(block, Subheading)]


# --- what is learnt ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Safety", "What this cannot tell yet"])
def test_limits_that_documents_share_are_not_learnt(heading: str) -> None:
    """Under whatever heading they stand: shared limits are no furniture."""
    page_of = f"<h1>Cold vests</h1><h2>Results</h2><p>{FINDINGS}</p><h2>{heading}</h2><p>{CONSIDERATIONS}</p>"
    document = read_html(f"<html><body><article>{page_of}</article></body></html>", article=True, headings=Headings())
    said = said_in(Original(page=document), Manner())
    assert [one.under_limits for one in said if one.text == CONSIDERATIONS] == [True]
    assert [one.under_limits for one in said if one.text == FINDINGS] == [False]
