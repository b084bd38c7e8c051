"""HTML into pieces. Cleaned with nh3 first, by our own list, so that what is read is well formed and harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import nh3
from lxml import etree

from digest.sources.clean import clean_title
from digest.sources.pieces import BOLD_LEVEL, MOST_PIECES, Document, Piece, Shape, piece

#: Elements inside one another; libxml2 silently drops what lies deeper than 256, a real page stays under 60.
DEEPEST = 200
#: Characters of a page that are read; the longest real one had 1.2 million, nearly all of it scripts.
LONGEST_HTML = 5_000_000
#: Characters at the start of a page in which its `<head>` is looked for.
LONGEST_HEAD = 200_000
#: A wholly bold paragraph up to this many characters is a heading.
LONGEST_BOLD_HEADING = 120
#: Elements marked as furniture that are looked at more closely.
MOST_MARKED = 300

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)} | {"dt": BOLD_LEVEL, "summary": BOLD_LEVEL}
_BLOCKS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "fieldset"),
        *("figure", "footer", "header", "hgroup", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
) | frozenset(_HEADINGS)
_INLINE: Final = frozenset(("a", "b", "span", "strong", "time"))
_DROPPED: Final = frozenset(
    (
        *("applet", "audio", "button", "canvas", "caption", "dialog", "embed", "figcaption", "form", "frame"),
        *("frameset", "head", "iframe", "map", "noscript", "object", "option", "script", "select", "style", "svg"),
        *("template", "textarea", "title", "video"),
    )
)
_ATTRIBUTES: Final = {"*": {"class", "id", "role", "aria-label", "hidden"}, "time": {"datetime"}}
_CELLS: Final = frozenset({"td", "th"})
_SIDE_BY_SIDE: Final = frozenset({"a", "span"})

#: Whole words in a class, id or role that mark page furniture.
_FURNITURE = re.compile(
    r"(?<![a-z])(?:also[-_ ]?like|related|recommended|share|sharing|social|cookies?|consent|newsletter"
    r"|breadcrumbs?|advert(?:isement)?|promo|navigation|nav|menu|pagination|skip[-_ ]link|comments?|sidebar)(?![a-z])",
    re.IGNORECASE,
)
_CONTAINER = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form"
    r"|header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|table|ul)\b",
    re.IGNORECASE,
)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")


class TooDeep(ValueError):  # noqa: N818 - says what is wrong with the document
    """The markup is nested deeper than any real page."""


def read_html(text: str) -> Document:
    """The pieces of a page or of a fragment of one, in reading order.

    Raises:
        TooDeep: it is nested over `DEEPEST` levels.
    """
    # JSON can smuggle in half a surrogate pair, which no encoding can write.
    text = text[:LONGEST_HTML].encode("utf-8", "replace").decode()
    _check_containers(text)
    head = _read_head(text)
    body = nh3.clean(
        text, tags=set(_BLOCKS | _INLINE), clean_content_tags=set(_DROPPED), attributes=_ATTRIBUTES, link_rel=None
    )
    _check_depth(body)
    root = etree.fromstring(f"<body>{body}</body>", etree.HTMLParser(encoding=None))
    pieces = list(_Walk(_content(root)).pieces())
    return Document(
        pieces=tuple(pieces[:MOST_PIECES]),
        title=head.title,
        language=head.language,
        meta=_with_time(head.meta, root),
        cut=len(pieces) > MOST_PIECES,
    )


def plain(text: str) -> str:
    """A short fragment of HTML, such as a title, as plain text."""
    return " ".join(one.text for one in read_html(text).pieces)


def _check_containers(text: str) -> None:
    """Refuse at a glance what would take the parser minutes: its time grows with the square of the depth of lists.

    Only elements that must be closed are counted, and far more of them are let through than a real page has open, for
    here they may still stand in a script or a comment.
    """
    depth = 0
    for closing in _CONTAINER.findall(text):
        depth += -1 if closing else 1
        if depth > 10 * DEEPEST:
            raise TooDeep(f"its markup is nested more than {DEEPEST} levels deep")


def _check_depth(body: str) -> None:
    depth = 0
    for closing, name in _OPEN_OR_CLOSE.findall(body):
        if name not in {"br", "hr"}:
            depth += -1 if closing else 1
            if depth > DEEPEST:
                raise TooDeep(f"its markup is nested more than {DEEPEST} levels deep")


def _read_head(text: str) -> Document:
    """Title, language and meta elements only: nh3 reads a fragment, and a fragment has no head."""
    start = text[:LONGEST_HEAD]
    end = re.search(r"</head\s*>|<body\b", start, re.IGNORECASE)
    if not end:
        return Document()
    root = etree.fromstring(f"{start[: end.start()]}</head></html>", etree.HTMLParser(encoding=None))
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        name, content = element.get("name") or element.get("property"), element.get("content")
        if name and content:
            meta.setdefault(name.lower(), clean_title(content))
    canonical = root.find(".//link[@rel='canonical'][@href]")
    if canonical is not None:
        meta["canonical"] = canonical.get("href") or ""
    return Document(
        title=clean_title(root.findtext(".//title") or "") or None, language=root.get("lang") or None, meta=meta
    )


def _with_time(meta: Mapping[str, str], root: etree._Element) -> dict[str, str]:
    found = dict(meta)
    time = root.find(".//time[@datetime]")
    if time is not None:
        found.setdefault("time", clean_title(time.get("datetime") or ""))
    return found


def _content(root: etree._Element) -> etree._Element:
    """The part of the page that is its content: what holds the headline, else what calls itself the main part."""
    candidates = [*root.iter("main"), *root.iter("article")]
    for candidate in candidates:
        if candidate.find(".//h1") is not None:
            return candidate
    # Without a headline inside, an `article` may be any card of a list, so only `main` is believed.
    main = next(iter(root.iter("main")), None)
    return main if main is not None and root.find(".//h1") is None else root


class _Walk:
    """One pass over a tree, from top to bottom, without recursion."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._whole = sum(map(len, root.itertext())) or 1
        self._marked = 0
        self._heading = 0
        self._lists: list[str] = []
        self._item = False
        self._cells = 0
        self._reset()

    def _reset(self) -> None:
        self._text: list[str] = []
        self._lead: list[str] = []
        self._lead_open = True
        self._bold = 0
        self._linked = 0
        self._length = 0

    def pieces(self) -> Iterator[Piece]:
        bold = link = 0
        events = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in events:
            tag = str(element.tag)
            if event == "start" and self._is_furniture(element):
                events.skip_subtree()
                yield from self._flush()
                continue
            if event == "start":
                if tag in _BLOCKS and tag not in _CELLS:
                    yield from self._flush()
                    self._open(tag)
                bold += tag in {"b", "strong"}
                link += tag == "a"
                if tag in _SIDE_BY_SIDE and _touches_its_like(element):
                    self._text.append("\x1f")
                self._add(element.text, bold, link)
                continue
            bold -= tag in {"b", "strong"}
            link -= tag == "a"
            if tag in _CELLS:
                self._end_cell()
            elif tag in _BLOCKS:
                yield from self._flush()
                self._close(tag)
            if element is not self._root:
                self._add(element.tail, bold, link)
        yield from self._flush()

    def _open(self, tag: str) -> None:
        self._heading = _HEADINGS.get(tag, self._heading)
        if tag in {"ul", "ol"}:
            self._lists.append(tag)
        self._item = tag == "li" or (self._item and tag not in {"ul", "ol"})

    def _close(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading = 0
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        if tag == "li":
            self._item = False
        if tag == "tr":
            self._cells = 0

    def _end_cell(self) -> None:
        """A row is one line: its first cell, a colon, the others."""
        self._cells += 1
        self._text.append(": " if self._cells == 1 else "; ")

    def _add(self, text: str | None, bold: int, link: int) -> None:
        if not text:
            return
        self._text.append(text)
        size = len(text.strip())
        self._length += size
        self._bold += size if bold else 0
        self._linked += size if link else 0
        self._lead_open = self._lead_open and (bold > 0 or not size)
        if self._lead_open:
            self._lead.append(text)

    def _flush(self) -> Iterator[Piece]:
        text = "".join(self._text).strip(" \t\r\n:;") if self._cells else "".join(self._text)
        if text.strip():
            all_bold = self._bold == self._length
            made = piece(
                self._shape(all_bold),
                text,
                level=self._level(all_bold),
                lead="" if all_bold else "".join(self._lead),
                linked=self._length > 0 and self._linked == self._length,
            )
            if made.text:
                yield made
        self._reset()

    def _shape(self, all_bold: bool) -> Shape:
        if self._level(all_bold):
            return Shape.HEADING
        if self._item and self._lists:
            return Shape.NUMBERED if self._lists[-1] == "ol" else Shape.ITEM
        return Shape.TEXT

    def _level(self, all_bold: bool) -> int:
        if self._heading:
            return self._heading
        as_heading = all_bold and not self._item and 0 < self._length <= LONGEST_BOLD_HEADING
        return BOLD_LEVEL if as_heading else 0

    def _is_furniture(self, element: etree._Element) -> bool:
        """Marked so, without the headline in it, and under half of the page: a wrapper may be called `has-sidebar`."""
        tag = str(element.tag)
        if tag in {"nav", "footer"} or element.get("hidden") is not None:
            return element is not self._root
        marks = " ".join(element.get(name) or "" for name in ("class", "id", "role", "aria-label"))
        if not marks.strip() or not _FURNITURE.search(marks) or element is self._root or self._marked >= MOST_MARKED:
            return False
        self._marked += 1
        return element.find(".//h1") is None and sum(map(len, element.itertext())) * 2 < self._whole


def _touches_its_like(element: etree._Element) -> bool:
    before = element.getprevious()
    return before is not None and before.tag == element.tag and not before.tail
