from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.models import Bullets, Kind, Paragraph, Section, SectionRole, Subheading
from digest.sources.facts import LONGEST_FACT
from digest.sources.headings import Fact, Headings
from digest.sources.journals import journal_named
from digest.sources.lines import is_line_of_page
from digest.sources.markup import read_html
from digest.sources.more import is_read_more
from digest.sources.plaintext import read_text
from digest.sources.reading import Reading
from digest.sources.runs import numbered_runs
from digest.sources.sections import read_summary
from digest.sources.standing import is_standing

HEADINGS = Headings()


def from_html(html: str, **options: object) -> Reading:
    return read_summary(read_html(html).pieces, headings=HEADINGS, **options)  # type: ignore[arg-type]


def from_text(text: str) -> Reading:
    return read_summary(read_text(text).pieces, headings=HEADINGS, title_first=True)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Key Takeaway", SectionRole.TAKEAWAY),
        ("KEY TAKEAWAYS:", SectionRole.TAKEAWAY),
        ("What They Found", SectionRole.FINDINGS),
        ("Who Should Care & Why", SectionRole.RELEVANCE),
        ("Important considerations", SectionRole.CONSIDERATIONS),
        ("Frequently Asked Questions (FAQs)", SectionRole.FAQ),
        ("References", SectionRole.REFERENCES),
        ("Article Topics", Fact.TAGS),
        ("Credibility and Interest Ratings", Fact.RATINGS),
        ("You May Also Like", Fact.FURNITURE),
        ("Understanding MS Research", Fact.STANDING),
        ("Understanding multiple sclerosis research", Fact.STANDING),
        ("Understanding your research options today", None),
        ("A heading of its own", None),
        ("4. Limitations", SectionRole.CONSIDERATIONS),
        ("(2) Results", SectionRole.FINDINGS),
        ("IV. What they found", SectionRole.FINDINGS),
        ("Limitations [edit]", SectionRole.CONSIDERATIONS),
        ("Limitation", SectionRole.CONSIDERATIONS),
        ("What are the limitations of this trial?", SectionRole.CONSIDERATIONS),
        ("Main limits of our small study", SectionRole.CONSIDERATIONS),
        ("Limits of walking", None),
        ("What we don’t know", SectionRole.CONSIDERATIONS),
        ("In mice", None),
    ],
)
def test_heading_names(name: str, meaning: object) -> None:
    """The names of the first source, and their obvious variants, are known."""
    assert HEADINGS.meaning(name) == meaning


def test_an_operator_adds_names() -> None:
    """Another site's words are configuration, and they win over ours."""
    headings = Headings({"Fazit": "takeaway", "Journal": "ignored"})
    assert headings.meaning("FAZIT") is SectionRole.TAKEAWAY
    assert headings.meaning("Journal") is Fact.IGNORED


def test_a_meaning_that_does_not_exist_is_refused() -> None:
    """The error names the heading and the choices."""
    with pytest.raises(ConfigError, match=r"'Fazit' cannot mean 'summmary'; choose one of takeaway, findings"):
        Headings({"Fazit": "summmary"})


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("Two: 1) a b; 2) c", [Paragraph("Two:"), Bullets(("a b", "c"), ordered=True)]),
        ("(1) a, and (2) b", [Bullets(("a", "b"), ordered=True)]),
        ("Only 1) one", [Paragraph("Only 1) one")]),
        ("1) The only one.", [Bullets(("The only one.",), ordered=True)]),
        ("In phase 2) a, 3) b", [Paragraph("In phase 2) a, 3) b")]),
        ("1) a (p = 0.02) 2) b 3) c", [Bullets(("a (p = 0.02)", "b", "c"), ordered=True)]),
        ("1) a 3) b 2) c", [Bullets(("a 3) b", "c"), ordered=True)]),
        (
            "1) a 2) b. 1) c 2) d. 1) e",
            [Bullets(("a", "b."), ordered=True), Bullets(("c", "d."), ordered=True), Bullets(("e",), ordered=True)],
        ),
        ("It took a year. 1) a 2) b", [Paragraph("It took a year."), Bullets(("a", "b"), ordered=True)]),
        ("(see 1) and then step 2) of it", [Paragraph("(see 1) and then step 2) of it")]),
        ("It fell in step 1) and rose in step 2) again", [Paragraph("It fell in step 1) and rose in step 2) again")]),
        ("", []),
    ],
)
def test_numbered_runs(text: str, blocks: list[object]) -> None:
    """A run numbered from 1 upwards is a list; other numbers with brackets are text."""
    assert numbered_runs(text) == blocks


@pytest.mark.parametrize(
    "text",
    ["Share on Facebook", "Facebook Twitter LinkedIn", "Skip to content", "© 2026 Site", "Accept all cookies",
     "We use cookies to improve this site.", "The post A study appeared first on Site.", "5 min read", "***",
     "By Ada Example"],
)  # fmt: skip
def test_furniture(text: str) -> None:
    """Lines of the page are no content."""
    assert is_line_of_page(text) or is_read_more(text)


@pytest.mark.parametrize(
    "text",
    ["People who share a flat were less lonely.", "Cookies are rich in sugar.", "Print media reached more people.",
     "by walking more",
     "Share of people with relapses: 20%", "Share with your nurse",
     "We used cookies as a reward in the memory test.", "By 2030.", "Home care helped.", "Search strategies differed."],
)  # fmt: skip
def test_content_that_looks_a_little_like_furniture(text: str) -> None:
    """Sentences with the same words are content."""
    assert not is_line_of_page(text)


def test_read_more_is_a_line_of_its_own() -> None:
    """Only the bare words are, not a sentence that begins with them."""
    assert is_read_more("Read More »") and is_read_more("Continue reading")
    assert not is_read_more("Read more about fatigue in this study of 40 people.")


@pytest.mark.parametrize(
    ("text", "journal"),
    [
        (
            "This study was published in the Journal of Invented Results, which is reviewed.",
            "Journal of Invented Results",
        ),
        ("The article appeared in Annals of Invention.", "Annals of Invention"),
        ("It was published in a peer-reviewed journal called Brain & Cell in 2026.", "Brain & Cell"),
        ("It was published last year.", None),
        ("Nothing here.", None),
    ],
)
def test_journal_named(text: str, journal: str | None) -> None:
    """The journal is the one particular thing in the standing paragraph."""
    assert journal_named(text) == journal
    assert is_standing(f"Understanding MS Research: {text}")


def test_repeated_roles_are_one_section() -> None:
    """A summary has at most one section of each role; the second heading stands inside it."""
    reading = from_html("<h2>Findings</h2><p>a</p><h2>Key Takeaway</h2><p>b</p><h2>Results</h2><p>c</p>")
    assert [section.role for section in reading.sections] == [SectionRole.TAKEAWAY, SectionRole.FINDINGS]
    assert reading.sections[1].blocks == (Paragraph("a"), Subheading("Results"), Paragraph("c"))


def test_inner_headings_stay_inside_their_section() -> None:
    """A heading of lower rank is a subheading; one of the same rank begins a section of its own."""
    reading = from_html("<h2>Findings</h2><p>a</p><h3>In women</h3><p>b</p><h2>Background</h2><p>c</p>")
    assert reading.sections == (
        Section(
            role=SectionRole.FINDINGS,
            heading="Findings",
            blocks=(Paragraph("a"), Subheading("In women"), Paragraph("b")),
        ),
        Section(role=SectionRole.BODY, heading="Background", blocks=(Paragraph("c"),)),
    )


def test_the_known_headline_is_not_read_again() -> None:
    """A feed's content that opens with its own title does not say it twice."""
    reading = from_html("<h1>The Title!</h1><p>a</p>", headline="The title")
    assert (reading.headline, len(reading.sections)) == ("The title", 1)


def test_what_stands_above_the_headline_is_the_page_s() -> None:
    """Only facts are read there, such as the date."""
    reading = from_html("<p>Welcome to the site</p><p>3/1/2026</p><h1>A title</h1><p>a</p>")
    assert reading.sections == (Section(role=SectionRole.BODY, blocks=(Paragraph("a"),)),)
    assert reading.published is not None


def test_a_structured_abstract_in_one_paragraph() -> None:
    """Its shouted labels are headings, known or not."""
    reading = from_html("<p>BACKGROUND: a. METHODS: b. RESULTS: c. CONCLUSIONS: d.</p>")
    assert [(section.role.value, section.heading) for section in reading.sections] == [
        ("body", "Background"), ("body", "Methods"), ("findings", "RESULTS"), ("takeaway", "CONCLUSIONS"),
    ]  # fmt: skip


def test_the_order_tells_where_headings_are_lost() -> None:
    """First the takeaway, last the limits, before them whom it concerns, between them all findings."""
    reading = from_text(
        "A headline\nWalking was easier.\nThe team followed 40 adults.\nOf 40 people, 30 walked faster than before.\n"
        "Families should know this, because it may help them plan.\nThe study was small and proves nothing."
    )
    assert [(section.role.value, len(section.blocks)) for section in reading.sections] == [
        ("takeaway", 1), ("findings", 2), ("relevance", 1), ("considerations", 1),
    ]  # fmt: skip


def test_the_order_tells_nothing_where_a_heading_is_known() -> None:
    """One known heading, and nobody guesses."""
    reading = from_text("A headline\nKey takeaway\nOne.\nTwo.\nThree.\nFour.\nFive.")
    assert [section.role for section in reading.sections] == [SectionRole.TAKEAWAY]


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<h2>FAQ</h2><h3>Why?</h3><p>So.</p>", Kind.BACKGROUND),
        ("<p>a</p><h2>References</h2><p>1. A</p>", Kind.BACKGROUND),
        ("<h2>What They Found</h2><p>a</p><h2>References</h2><p>1. A</p>", Kind.RESEARCH),
        ("<p>Published: Aug 06, 2024</p><h2>One</h2><p>a</p><h2>Two</h2><p>b</p>", Kind.BACKGROUND),
        ("<p>Published: Aug 06, 2024</p><p>Journal: X of Y</p><h2>One</h2><p>a</p><h2>Two</h2><p>b</p>", Kind.RESEARCH),
        ("<p>a</p>", Kind.RESEARCH),
    ],
)
def test_kind(html: str, kind: Kind) -> None:
    """Questions and references without findings make an explainer, never new research."""
    assert from_html(html).kind is kind


def test_ratings_are_one_line_s_worth_of_text() -> None:
    """What stands further down is none; and a page full of the word is read at once."""
    far = f"Its credibility: {'of many sides ' * LONGEST_FACT} interest: high"
    for words in (far, "credibility " * 20_000):
        reading = from_html(f"<h2>Ratings</h2><p>{words}</p>")
        assert (reading.credibility, reading.interest) == (None, None)


def test_references_name_other_studies() -> None:
    """A DOI among them is not the summary's own."""
    assert from_html("<p>See 10.5555/own.</p><h2>References</h2><p>10.5555/other</p>").doi == "10.5555/own"
    assert from_html("<p>a</p><h2>References</h2><p>10.5555/other</p>").doi is None


def test_one_reading_fills_the_gaps_of_another() -> None:
    """What the page does not say, the feed does; what both say, the first does."""
    page, feed = Reading(journal="Page"), Reading(journal="Feed", people="40", kind=Kind.BACKGROUND)
    assert page.or_else(feed) == Reading(journal="Page", people="40", kind=Kind.BACKGROUND)


TOKENS = st.sampled_from(
    ["<h1>", "<h2>", "<p>", "</p>", "<li>", "<b>", "</b>", "<table>", "<tr>", "<td>", "<a>", "<br>", "Key takeaway",
     "FAQ", "References", "Journal:", "You may also like", "Read more", "12/31/2026", "1) ", "2) ",
     " word ", "?", ".", "\x1f"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=40), st.booleans())
def test_no_document_breaks_the_reader(tokens: list[str], title_first: bool) -> None:
    """Whatever stands in whatever order, a reading comes out, with one section of each role and no empty one."""
    reading = from_html("".join(tokens), title_first=title_first)
    roles = [section.role for section in reading.sections if section.role is not SectionRole.BODY]
    assert len(roles) == len(set(roles))
    assert all(section.blocks for section in reading.sections)


@pytest.mark.parametrize(
    "text",
    ["NOTE: The vest was free.", "WARNING: It may cool too much.", "IMPORTANT: Nobody was blinded.", "EDSS: a scale.",
     "UPDATE: Two people left.", "REMEMBER: It was short.", "PLEASE NOTE: It was short.", "TENS, FES: two devices."],
)  # fmt: skip
def test_a_word_in_capitals_begins_no_section(text: str) -> None:
    """What it calls to notice, and the limits behind it, stay in their section."""
    reading = from_html(f"<h2>Limitations</h2><p>It was small.</p><p>{text}</p><p>Nobody was assigned by chance.</p>")
    assert [section.heading for section in reading.sections] == ["Limitations"]
    assert [block.text for block in reading.sections[0].blocks][1:] == [text, "Nobody was assigned by chance."]


@pytest.mark.parametrize(
    "label",
    ["METHODS", "DESIGN, SETTING, AND PARTICIPANTS", "MATERIALS & METHODS", "TRIAL REGISTRATION", "FUNDING",
     "MAIN OUTCOMES AND MEASURES", "DATA SOURCES"],
)  # fmt: skip
def test_a_label_of_a_structured_abstract_begins_a_section(label: str) -> None:
    """What stands behind it is none of the limits above."""
    reading = from_html(f"<p>LIMITATIONS: It was small.</p><p>{label}: Forty adults.</p>")
    assert [section.heading for section in reading.sections] == ["LIMITATIONS", label.capitalize()]
