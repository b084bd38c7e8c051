"""What a text file says of itself before its text."""

from __future__ import annotations

import pytest

from digest.models import PublishedDate, SectionRole
from digest.sources.frontmatter import LONGEST_BLOCK, MOST_VALUES, front_matter
from digest.sources.furniture import Rule
from digest.sources.headings import Headings
from digest.sources.plaintext import lines_of
from digest.sources.reading import Reading
from digest.sources.textfile import read_text_file, taken_apart

TEXT = "\n\n## Key Takeaway\n\nHeat made walking slower.\n"


def read(text: str, *, markdown: bool = True) -> Reading:
    return read_text_file(taken_apart(text, markdown=markdown), headings=Headings({"Titel": "title"}))


def words(reading: Reading) -> str:
    return repr(reading.sections)


def day(published: PublishedDate | None) -> str:
    return "" if published is None else f"{published.day} {published.precision}"


@pytest.mark.parametrize(
    "head",
    [
        '---\nlayout: post\ntitle: "Heat: a trial"\ndate: 2026-03-03T08:00:00+01:00\ntags: [heat, "cold"]\n---',
        "---\r\ntitle: 'Heat: a trial'\r\npublishDate: 2026-03-03 08:00:00 +0100\r\ntags:\r\n- heat\r\n- 'cold'\r\n...",
        "\ufeff\n---\ntitle: >\n  Heat:\n  a trial\npubDate: 3 March 2026\nkeywords:\n- name: heat\n- name: cold\n---",
        '+++\ntitle = "Heat: a trial"\ndate = 2026-03-03\ndraft = false\n[taxonomies]\ntags = ["heat", "cold"]\n+++',
        '{"title": "Heat: a trial", "published_at": "2026-03-03T08:00:00.000Z", "tags": ["heat", "cold"]}',
        "---\n# a comment\ntitle: |\n  Heat: a trial\ndate: 2026-03-03\ncategories: [heat, 'cold']\n---",
        "---\nTitel: 'Heat: a trial'\ndate: 2026-03-03\ntopics: [heat, 'cold']\nextra: {title: no}\n---",
    ],
)
def test_the_forms_of_generators(head: str) -> None:
    """Jekyll's, Hugo's, Ghost's and Zola's: title, date and tags are the words they are, and no key is printed."""
    reading = read(head + TEXT)
    assert (reading.headline, day(reading.published)) == ("Heat: a trial", "2026-03-03 day")
    assert reading.tags == ("heat", "cold")
    (section,) = reading.sections
    assert section.role is SectionRole.TAKEAWAY and "slower" in words(reading)


def test_facts_of_the_study() -> None:
    """Under our own names and others; an address where a journal is asked for is a link."""
    reading = read(
        "---\ntitle: T\njournal: '*Annals of Heat*'\ndoi: https://doi.org/10.1000/HEAT.1\npmid: 1234567\n"
        "source: https://e.org/a\npeople: 60 adults\ndesign: Trial\ncredibility: 4 of 5\npublished: 2026-09\n"
        "date: 2026-11-02\nauthors: [A, B]\n---\nText."
    )
    assert (reading.journal, reading.doi, reading.pmid) == ("Annals of Heat", "10.1000/heat.1", "1234567")
    assert (reading.url, reading.people, reading.design) == ("https://e.org/a", "60 adults", "Trial")
    assert (reading.credibility, day(reading.published)) == ("4 of 5", "2026-09-01 month")


def test_labels_above_the_text() -> None:
    """As Pelican and MultiMarkdown have them, in text files, too; a label that holds text is left to it."""
    head = "Title: Heat: a trial\nDate: 2026-03-03\nSlug: heat\nTags: heat, cold\nStatus: draft\n"
    for markdown in (True, False):
        reading = read(head + TEXT.replace("## ", ""), markdown=markdown)
        assert (reading.headline, reading.tags, day(reading.published)) == (
            "Heat: a trial",
            ("heat", "cold"),
            "2026-03-03 day",
        )
        assert "heat" not in words(reading)
    assert front_matter(lines_of("Title: T\nKey takeaway: Heat.\n\nText.")).lines == 0


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_label_alone_is_the_title(between: str) -> None:
    """Also where other labels, or the text, stand right below it."""
    reading = read(f"Title: Heat and walking{between}Walking was slower in the heat.", markdown=False)
    assert reading.headline == "Heat and walking" and "slower" in words(reading)
    reading = read(f"Journal: Annals of Heat{between}Title: Heat and walking{between}Walking was slower.")
    assert (reading.headline, reading.journal) == ("Heat and walking", "Annals of Heat") and "slower" in words(reading)


@pytest.mark.parametrize(
    ("head", "place", "message"),
    [
        ("---\nlayout: post\ntitle: Heat: a trial\ntags: [heat, cold]\n---", 3, "no valid YAML: mapping values"),
        ('---\ntags: [heat, cold]\ntitle: "Heat: a trial\nlayout: post\n---', 3, "no valid YAML"),
        ("---\ntitle: 'Heat: a trial'\ntags: [heat, cold]\n", 1, "has no end: put a line ---"),
        ("+++\ntitle = 'Heat: a trial'\ntags = ['heat', 'cold']\nx = \n+++", 4, "no valid TOML"),
    ],
)
def test_a_broken_one_is_said_and_the_rest_is_read(head: str, place: int, message: str) -> None:
    """What of it can be read is used, key by key, and the text below is read."""
    document = taken_apart(head + TEXT, markdown=True)
    assert message in document.trouble and document.trouble_line == place
    reading = read(head + TEXT)
    assert (reading.headline, reading.tags) == ("Heat: a trial", ("heat", "cold"))
    assert "slower" in words(reading) and "layout" not in words(reading)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nKey Takeaway: Heat made walking slower, says a study.\nIt was small.\n\n---\n\nMore.",
        "---\n\n# Title\n\ntext\n\n---\n\nmore",
        "---\nThe text begins here, with no key.\n---\nmore",
        "{curly} text",
        "----\ntitle: no\n----",
        "Text.\n\n---\ntitle: no\n---",
    ],
)
def test_a_rule_begins_no_block(text: str) -> None:
    """What has no keys is text, all of it."""
    assert front_matter(lines_of(text)).lines == 0


def test_parts_of_a_summary_in_it_are_parts() -> None:
    """Unless the text has them; a teaser is the text where there is no other."""
    head = "---\ntitle: T\ntakeaway: Heat slows.\nlimitations: |\n  It was small.\n\n  It was short.\n---\n"
    roles = {section.role: repr(section.blocks) for section in read(head + "## Key Takeaway\n\nOwn.").sections}
    assert "Own." in roles[SectionRole.TAKEAWAY] and "Heat slows" not in roles[SectionRole.TAKEAWAY]
    assert "small" in roles[SectionRole.CONSIDERATIONS] and "short" in roles[SectionRole.CONSIDERATIONS]
    assert "Only this." in words(read("---\ntitle: T\ndescription: Only this.\n---\n"))
    assert "Not this." not in words(read("---\ntitle: T\ndescription: Not this.\n---\nText."))


@pytest.mark.parametrize(
    "block",
    [
        "a: &a [x, x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(99)),
        "a: &a\n  b: *a",
        "a: " + "[" * 5_000,
        "a: " + "{b: " * 3_000,
        "a: !!python/object/apply:os.system [x]",
        "a: b\n" * 5_000,
        "a: \x00\x01",
        "? " * 4_000 + "a: b",
        "a: 'b" * 2_000,
        "a: b\n" + "- " * 9_000,
    ],
)
def test_hostile_blocks(block: str) -> None:
    """Nothing is run, nothing grows without end, and the text below is there."""
    document = taken_apart(f"---\na: b\n{block}\n---\n\nThe text.", markdown=True)
    assert document.pieces[-1].text == "The text."
    assert len(document.meta) <= MOST_VALUES and sum(map(len, document.meta.values())) <= 100 * LONGEST_BLOCK


def roles(reading: Reading) -> list[tuple[str, str]]:
    return [(one.role.value, " ".join(block.text for block in one.blocks)) for one in reading.sections]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["summary", "abstract", "lead"])
def test_a_summary_before_the_text_is_its_takeaway(name: str) -> None:
    """Where the text has none of its own; it is told in a sentence."""
    head = f"---\ntitle: Heat\n{name}: Heat made walking slower.\n---\n"
    assert roles(read(f"{head}## Limits\n\nIt was small.")) == [
        ("takeaway", "Heat made walking slower."), ("considerations", "It was small."),
    ]  # fmt: skip


def test_what_is_not_printed_of_it_is_listed() -> None:
    """A second takeaway, or words that are no sentence; what the text says as well is not."""
    reading = read(f"---\ntitle: Heat\nsummary: Cold helped.\nsubtitle: On heat\nlead: Heat made\n---\n{TEXT}")
    assert [(cut.rule, cut.text) for cut in reading.cut] == [(Rule.BEFORE, "Cold helped."), (Rule.BEFORE, "On heat")]
    assert [role for role, _ in roles(reading)] == ["takeaway"]
