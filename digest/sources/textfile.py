"""A text or Markdown file as a summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from digest.models import Bullets, Paragraph, Section, SectionRole
from digest.sentences import is_whole
from digest.sources.clean import clean_title
from digest.sources.dates import read_date
from digest.sources.frontmatter import front_matter
from digest.sources.furniture import Cut, Recurs, Rule, nothing
from digest.sources.headings import Fact, Headings, name_key
from digest.sources.identity import read_doi, read_pmid, web_url
from digest.sources.pieces import Document, Piece, Shape
from digest.sources.plaintext import LONGEST_PLAIN, lines_of, read_text
from digest.sources.reading import Reading
from digest.sources.roles import Why
from digest.sources.sections import read_summary
from digest.sources.tags import read_tags

#: What site generators call facts, beside the names that headings and labels have; the likeliest first.
_NAMES: Final[Mapping[Fact, tuple[str, ...]]] = {
    Fact.PUBLISHED: ("publish date", "pub date", "pubdate", "published at", "posted", "created", "created at"),
    Fact.LINK: ("canonical", "canonical url", "original url", "external url", "source url", "source", "permalink"),
    #: Of a site rather than of the study, so they count where nothing else says what it is about.
    Fact.TAGS: ("categories", "category", "subjects", "subject"),
}
#: Pieces at the beginning of a file among which a title may stand as a label.
MOST_LABELS = 10
#: Elements that say where paragraphs are.
_PARAGRAPHS: Final = frozenset({"p", "div", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "body", "html"})
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]{0,200}\n")
_LANGUAGE: Final = ("lang", "language", "locale")
#: What tells a text in a sentence or two is its takeaway where it has none, and any teaser the text of an empty file.
_SUMMARY: Final = ("summary", "abstract", "lead")
_TEASER: Final = (*_SUMMARY, "description", "excerpt", "teaser", "subtitle")


def taken_apart(text: str, *, markdown: bool, headings: Headings | None = None) -> Document:
    """A file's pieces, and as `meta` what it says of itself before its text."""
    lines = lines_of(text)
    matter = front_matter(lines)
    rest = "\n".join(lines[matter.lines :])
    if markdown:
        # Imported here, since most folders have no Markdown (35 ms).
        from digest.sources.markdown import read_markdown

        document = read_markdown(rest, headings)
    else:
        document = read_typed(rest, headings)
    said = next((matter.values[name] for name in _LANGUAGE if name in matter.values), None)
    return replace(
        document,
        language=said or document.language,
        meta=matter.values,
        cut=document.cut or len(text) > LONGEST_PLAIN,
        trouble=matter.trouble,
        trouble_line=matter.trouble_line,
    )


def read_typed(text: str, headings: Headings | None = None) -> Document:
    """The pieces of a text that somebody typed, or of markup where its elements say that it is some.

    Signs that only markup has, `&nbsp;` and `<b>`, somebody left behind who made a text of it.
    """
    if "&" not in text and "<" not in text:
        return read_text(text, headings)
    # Imported here, since most texts have none.
    from digest.sources.escapes import characters, marked, without_tags
    from digest.sources.fragment import typed_text
    from digest.sources.markup import read_html
    from digest.sources.raised import without_tags as without_raised

    made, tags = marked(text)
    if typed := typed_text(made, tags):
        return read_text(typed, headings)
    if tags & _PARAGRAPHS:
        return read_html(_BLANK_LINE.sub("\n<br>\n", made))
    return read_text(characters(without_tags(without_raised(_BREAK.sub("\n", made)))), headings)


def read_text_file(
    document: Document, *, headings: Headings, vocabulary: Iterable[str] = (), recurs: Recurs = nothing
) -> Reading:
    """Read a text file: its sections, and what stands before its text, which is the author's last word on facts.

    Args:
        document: the file, taken apart.
        headings: the names that mean something.
        vocabulary: phrases known to be topics.
        recurs: knows the texts that stand in most documents of the source.
    """
    said = _said(document.meta, headings, vocabulary)
    reading = read_summary(
        (*document.pieces, *_parts(document, headings)),
        headings=headings,
        headline=said.headline or _labelled_title(document, headings),
        vocabulary=vocabulary,
        title_first=True,
        recurs=recurs,
    )
    full = said.or_else(reading)
    if full.sections:
        return _with_summary(full, document.meta)
    teaser = next((document.meta[name] for name in _TEASER if document.meta.get(name)), "")
    if not teaser:
        return full
    section = Section(role=SectionRole.BODY, blocks=(Paragraph(_line(teaser)),))
    return replace(full, sections=(section,), why=(None,))


def _with_summary(reading: Reading, meta: Mapping[str, str]) -> Reading:
    """The reading with what was said before the text in a sentence or two: its takeaway, where it has none."""
    said = {name: _line(meta[name]) for name in _TEASER if meta.get(name)}
    known = name_key(" ".join((reading.headline or "", *_words(reading.sections))))
    new = [text for text in dict.fromkeys(said.values()) if text and name_key(text.rstrip("….")) not in known]
    has_takeaway = any(section.role is SectionRole.TAKEAWAY for section in reading.sections)
    told = (said.get(name, "") for name in _SUMMARY if not has_takeaway)
    takeaway = next((text for text in told if text in new and is_whole(text)), None)
    cuts = tuple(Cut(Rule.BEFORE, text) for text in new if text != takeaway)
    full = replace(reading, cut=(*reading.cut, *cuts))
    if takeaway is None:
        return full
    section = Section(role=SectionRole.TAKEAWAY, blocks=(Paragraph(takeaway),))
    return replace(full, sections=(section, *full.sections), why=(Why.HEADING, *full.why))


def _words(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            yield from block.items if isinstance(block, Bullets) else (block.text,)


def _labelled_title(document: Document, headings: Headings) -> str | None:
    """What stands behind a label "Title:" at the beginning: then the first line of text is no title."""
    found = (headings.heading(piece) for piece in document.pieces[:MOST_LABELS])
    return next((one.rest for one in found if one and one.meaning is Fact.TITLE and one.rest), None)


def _said(meta: Mapping[str, str], headings: Headings, vocabulary: Iterable[str]) -> Reading:
    facts = {fact: list(_values(meta, headings, fact)) for fact in Fact}

    def first(fact: Fact) -> str:
        return next((line for line in map(_line, facts[fact]) if line), "")

    return Reading(
        headline=clean_title(first(Fact.TITLE)) or None,
        tags=read_tags(next((value.split("\n") for value in facts[Fact.TAGS]), ()), vocabulary=vocabulary),
        journal=next((line for line in map(_line, facts[Fact.JOURNAL]) if not web_url(line)), None),
        published=next(filter(None, map(read_date, facts[Fact.PUBLISHED])), None),
        credibility=first(Fact.CREDIBILITY) or None,
        interest=first(Fact.INTEREST) or None,
        people=first(Fact.PEOPLE) or None,
        design=first(Fact.DESIGN) or None,
        doi=next(filter(None, map(read_doi, facts[Fact.DOI])), None),
        pmid=next(filter(None, (read_pmid(f"pmid:{value}") or read_pmid(value) for value in facts[Fact.PMID])), None),
        url=next(filter(None, map(web_url, facts[Fact.LINK])), None),
    )


def _values(meta: Mapping[str, str], headings: Headings, fact: Fact) -> Iterator[str]:
    """What is said about a fact, the most believable first: under its own name, as `date`, in a generator's words."""
    own = [name for name in meta if headings.meaning(name) is fact]
    for name in (*sorted(own, key=lambda name: name == "date"), *_NAMES.get(fact, ())):
        if meta.get(name):
            yield meta[name]


def _parts(document: Document, headings: Headings) -> Iterator[Piece]:
    """Sections that stand before the text rather than in it."""
    there = {heading.meaning for piece in document.pieces if (heading := headings.heading(piece))}
    for name, value in document.meta.items():
        role = headings.meaning(name)
        if isinstance(role, SectionRole) and role not in there:
            yield Piece(Shape.HEADING, name, 2)
            yield from read_text(value).pieces


def _line(value: str) -> str:
    return clean_title(value.replace("\n", " ")).strip(" *_")
