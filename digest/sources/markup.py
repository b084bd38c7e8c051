"""HTML into pieces. Cleaned with nh3 first, by our own list, so that what is read is well formed and harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Final

import nh3
from lxml import etree

from digest.models import SectionRole
from digest.sources.asides import asides_of
from digest.sources.boxes import touches_words
from digest.sources.clean import clean_title
from digest.sources.ends import breaks_off, forgotten_in, looks_like_page
from digest.sources.escaped import MOST_ESCAPES, read_as_markup, shows_markup, words_kept
from digest.sources.escapes import with_quotes_closed, without_escaped_comments
from digest.sources.foreign import MADE_UP, MATHS, in_html
from digest.sources.head import read_head
from digest.sources.headings import Headings, usual_headings
from digest.sources.pieces import MOST_PIECES, Document, Piece, is_longer
from digest.sources.visible import take_out
from digest.sources.walk import BLOCKS, Found, Walk, boxes_of

#: Elements inside one another; libxml2 silently drops what lies deeper than 256, a real page stays under 60.
DEEPEST = 200
#: Characters of a page that are read; the longest real one had 1.2 million, nearly all of it scripts.
LONGEST_HTML = 5_000_000
#: Names of a page's own elements that are looked at.
MOST_NAMES = 50
#: Characters that a page has at least, if nothing of it is made by a script.
LEAST_TEXT = 200

_INLINE: Final = frozenset(
    (
        *("a", "b", "button", "del", "img", "input", "math", "mfenced", "mfrac", "mi", "mn", "mo", "mover", "mroot"),
        *("mrow", "msqrt", "msub", "msubsup", "msup", "mtext", "munder", "munderover", "q", "s", "span", "strike"),
        *("strong", "sub", "sup", "time"),
    )
)
_DROPPED: Final = frozenset(
    (
        *("annotation", "annotation-xml", "applet", "audio", "canvas", "embed", "frame", "frameset", "head"),
        *("iframe", "map", "option", "rp", "rt", "script", "select", "style", "svg", "template", "textarea"),
        *("title", "video"),
    )
)
_ATTRIBUTES: Final = {
    "*": {
        *("class", "id", "role", "hidden", "style", "aria-controls", "aria-expanded", "aria-hidden", "aria-label"),
        *("aria-level", "aria-modal", "data-bs-target", "data-target", "itemprop", "popover"),
    },
    "a": {"href"},
    "img": {"alt"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
_VOID: Final = frozenset({"br", "hr", "img", "input"})
_CONTROLS: Final = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F])

_CONTAINER = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form"
    r"|header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|table|ul)\b",
    re.IGNORECASE,
)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*(?:>|\Z)")
#: An address that is a picture itself.
_DATA = re.compile(r"data:[\w/+.;=-]{1,100},[^\s\"'()<>]{100,}")
_OWN_NAME = re.compile(r"<([a-z][a-z0-9]{0,30}-[a-z0-9._-]{0,60})", re.IGNORECASE)


class TooDeep(ValueError):  # noqa: N818 - says what is wrong with the document
    """The markup is nested deeper than any real page."""


def read_html(text: str, *, article: bool | None = None, headings: Headings | None = None) -> Document:
    """The pieces of a page's article, or of a fragment of a page, in reading order.

    Args:
        text: the HTML.
        article: True for a page, of which only the article is wanted; False for a fragment, which is content already;
            by default a whole page is one.
        headings: names that mean something, for a page's own headings show what belongs to its article.

    Raises:
        TooDeep: it is nested over `DEEPEST` levels.
    """
    # JSON can smuggle in half a surrogate pair, which no encoding can write.
    text = with_quotes_closed(_DATA.sub("data:,", text))
    is_cut = len(text) > LONGEST_HTML
    text = text[:LONGEST_HTML].encode("utf-8", "replace").translate(None, _CONTROLS).decode()
    headings = headings or usual_headings()
    article = looks_like_page(text) if article is None else article
    _check_containers(text)
    head = read_head(text)
    forgotten = forgotten_in(text, "button", "del", "s", "strike")
    root = _tree(text, _DROPPED | {"noscript"})
    found = _pieces(root, headings, article=article, forgotten=forgotten)
    if article and sum(len(one.text) for one in found if not one.beside) < LEAST_TEXT and "<noscript" in text:
        # A page made by scripts may hold what a browser without them shows.
        root = _tree(text, _DROPPED)
        found = _pieces(root, headings, article=article, forgotten=forgotten)
    return Document(
        pieces=tuple(_most_of(found)),
        title=head.title,
        language=head.language,
        meta=_with_time(head.meta, root),
        cut=is_cut or is_longer([one for one in found if not one.beside]),
        broken=article and not is_cut and breaks_off(text),
    )


def plain(text: str) -> str:
    """A short fragment of HTML, such as a title, as plain text."""
    return " ".join(one.text for one in read_html(text, article=False).pieces)


def _check_containers(text: str) -> None:
    """Refuse at a glance what would take the parser minutes: its time grows with the square of the depth of lists.

    Only elements that must be closed are counted, and far more of them are let through than a real page has open, for
    here they may still stand in a script or a comment.
    """
    if text.count("<") <= 10 * DEEPEST:
        return
    depth = 0
    for closing in _CONTAINER.findall(text):
        depth += -1 if closing else 1
        if depth > 10 * DEEPEST:
            raise TooDeep(f"its markup is nested more than {DEEPEST} levels deep")


def _check_depth(body: str) -> None:
    if body.count("<") <= DEEPEST:
        return
    depth = 0
    for closing, name in _OPEN_OR_CLOSE.findall(body):
        if name not in _VOID:
            depth += -1 if closing else 1
            if depth > DEEPEST:
                raise TooDeep(f"its markup is nested more than {DEEPEST} levels deep")


def _tree(text: str, dropped: frozenset[str]) -> etree._Element:
    """The cleaned tree, in which no text shows markup."""
    text = in_html(words_kept(text))
    own = frozenset(islice(dict.fromkeys(name.lower() for name in _OWN_NAME.findall(text)), MOST_NAMES))
    cleaned = _cleaner(dropped, own).clean
    body = without_escaped_comments(cleaned(text))
    for _ in range(MOST_ESCAPES):
        if not shows_markup(body):
            break
        body = cleaned(read_as_markup(body))
    _check_depth(body)
    root = etree.fromstring(f"<html><body>{body}</body></html>", etree.HTMLParser(encoding=None))
    for element in root.iter() if own else ():
        if "-" in str(element.tag):
            element.tag = _tag_of_own(element)
    return root


def _tag_of_own(element: etree._Element) -> str:
    """Nobody knows whether a page's own element begins a line, so where words are, it does not."""
    name, parent = str(element.tag).removeprefix(MADE_UP), element.getparent()
    if name in MATHS:
        return name
    is_made_up = name != element.tag
    in_words = parent is None or str(parent.tag) not in BLOCKS - {"p"} or (is_made_up and touches_words(element))
    return "span" if in_words else "div"


@lru_cache(maxsize=16)
def _cleaner(dropped: frozenset[str], own: frozenset[str]) -> nh3.Cleaner:
    tags = set((BLOCKS | _INLINE) - dropped | own)
    return nh3.Cleaner(tags=tags, clean_content_tags=set(dropped), attributes=_ATTRIBUTES, link_rel=None)


def _pieces(root: etree._Element, headings: Headings, *, article: bool, forgotten: Set[str]) -> list[Piece]:
    """All that is there; of a page it is known what stands beside its article."""
    take_out(root, known=lambda name: isinstance(headings.meaning(name), SectionRole), forgotten=forgotten)
    if not article:
        return _pieces_in(_content(root))
    # Imported here, since no feed needs it and it takes its time to load.
    from digest.sources.article import article_of

    found = _walked(root)
    inside = article_of(root, found, headings=headings)
    if inside is None:
        return _pieces_in(_content(root))
    return [
        replace(one.piece, beside=not kept, box=box, aside=aside)
        for one, kept, box, aside in zip(found, inside, boxes_of(found), asides_of(root, found), strict=True)
    ]


def _pieces_in(root: etree._Element) -> list[Piece]:
    found = _walked(root)
    boxes = boxes_of(found)
    if len(set(boxes)) < 2:
        return [one.piece for one in found]
    asides = asides_of(root, found)
    return [replace(one.piece, box=box, aside=aside) for one, box, aside in zip(found, boxes, asides, strict=True)]


def _most_of(found: list[Piece]) -> list[Piece]:
    """As many as are kept: of a long page its article alone."""
    return found if len(found) <= MOST_PIECES else [one for one in found if not one.beside][:MOST_PIECES]


def _walked(root: etree._Element) -> list[Found]:
    return Walk(root).found(most=4 * MOST_PIECES)


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
