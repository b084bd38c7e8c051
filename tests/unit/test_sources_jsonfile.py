from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from digest.errors import InputError
from digest.models import Bullets, Kind, Paragraph, SectionRole, Subheading
from digest.sources.headings import Headings
from digest.sources.items import ParsedFeed
from digest.sources.jsonfeed import parse_json
from digest.sources.jsonfile import read_json
from digest.sources.pieces import Piece
from digest.sources.reading import Reading
from digest.sources.textfile import read_typed


class Here:
    """Reads in this process."""

    def read_feed(self, data: bytes) -> ParsedFeed:
        return parse_json(data)

    def read_texts(self, texts: Sequence[str]) -> list[tuple[Piece, ...]]:
        return [read_typed(text).pieces for text in texts]


def read(value: object) -> Reading:
    return read_json(json.dumps(value), name="a.json", headings=Headings(), sandbox=Here())[0]


def test_our_own_names() -> None:
    """Every field of a summary can be given, sections by role or as a list."""
    reading = read(
        {
            "headline": "H", "kind": "background", "url": "https://e.example.org/", "journal": "J",
            "doi": "doi:10.5555/A", "pmid": 42, "published": "2026-03", "people": "40", "design": "trial",
            "tags": ["x", "y"], "language": "de",
            "sections": {"takeaway": "a\n\nb", "findings": ["1) c 2) d"]},
        }
    )  # fmt: skip
    assert (reading.headline, reading.kind, reading.doi, reading.pmid) == ("H", Kind.BACKGROUND, "10.5555/a", "42")
    assert reading.sections[0].blocks == (Paragraph("a"), Paragraph("b"))
    assert reading.sections[1].blocks == (Bullets(("c", "d"), ordered=True),)


def test_sections_with_headings_and_bullets() -> None:
    """A list keeps headings and bullets; text is cleaned like any other."""
    (section,) = read(
        {"headline": "H", "sections": [{"role": "findings", "heading": "What", "text": "a\u202eb", "bullets": ["c"]}]}
    ).sections
    assert (section.role, section.heading) == (SectionRole.FINDINGS, "What")
    assert section.blocks == (Paragraph("ab"), Bullets(("c",)))


def test_markup_in_a_text_is_read_as_such() -> None:
    """No reader sees a tag, no number changes, and lists keep their numbers; a wrapped text is one paragraph."""
    text = "10<sup>6</sup> &amp; p <0.05\n\n4. Sleep\n5. Pain\n\n<h3>Why</h3><p>x<br>y</p>"
    (section,) = read({"headline": "H", "sections": {"findings": text}}).sections
    assert section.blocks == (
        Paragraph("10⁶ & p <0.05"), Paragraph("4. Sleep 5. Pain"), Subheading("Why"), Paragraph("x"), Paragraph("y"),
    )  # fmt: skip
    (section,) = read({"headline": "H", "sections": {"findings": ["4. Sleep\n5. Pain", "10<sup>6</sup>"]}}).sections
    assert section.blocks == (Bullets(("Sleep", "Pain"), ordered=True, start=4), Paragraph("10⁶"))
    (section,) = read({"headline": "H", "sections": [{"role": "findings", "bullets": ["<b>a</b>", "b<br>c"]}]}).sections
    assert section.blocks == (Bullets(("a", "b c")),)


def test_an_item_of_a_json_feed() -> None:
    """It is known by its keys, and its content is read by its headings."""
    reading = read(
        {"id": "x", "title": "T", "content_html": "<h2>Key takeaway</h2><p>a", "date_published": "2026-01-02"}
    )
    assert reading.headline == "T" and reading.is_structured and reading.published


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"headline": "x",\n "tags": [}', r"a\.json:2: this is not valid JSON"),
        ("[1]", "one object was expected"),
        ('{"pmid": ' + "1" * 5000 + "}", r"a\.json: it holds a number that no summary has"),
        ("{}", "headline is missing"),
        ('{"headline": 7}', "headline: 7 is no text in quotes"),
        ('{"headline": "x", "titel": "y"}', "titel is no key of a summary; it may have headline, kind, sections"),
        (
            '{"headline": "x", "sections": {"finding": "y"}}',
            "sections: 'finding' is no role; choose from takeaway, findings",
        ),
        ('{"headline": "x", "sections": "y"}', "sections: write them by role"),
        ('{"headline": "x", "title": "y"}', r"title is no key of a summary: did you mean `headline`\?"),
        ('{"headline": "x", "limitations": "y"}', "did you mean `sections.considerations`"),
        ('{"headline": "x", "tag": ["y"]}', "did you mean `tags`"),
        ('{"headline": "x", "tags": "y"}', "tags: 'y' is no list of words"),
        ('{"headline": "x", "kind": "news"}', "kind: 'news' is none of research and background"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "it is a feed: add its address"),
        ('{"headline": "x", "published": "2024-02-30"}', "published: '2024-02-30' is no date"),
        ('{"headline": "x", "url": "javascript:x"}', "url: 'javascript:x' is no http or https address"),
        ("[" * 100_000, "nested deeper"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    """The error names the file and the key."""
    with pytest.raises(InputError, match=message) as raised:
        read_json(text, name="a.json", headings=Headings(), sandbox=Here())
    assert raised.value.place.startswith("a.json")


def test_an_item_that_cannot_be_read_is_named() -> None:
    """Rather than kept without its text."""
    with pytest.raises(InputError, match=r"a\.json: its text cannot be read: .*levels deep"):
        read({"title": "T", "content_html": "<div>" * 5_000 + "x"})
