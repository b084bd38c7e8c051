"""HTML into pieces. Cleaned with nh3 first, by our own list, so that what is read is well formed and harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Final

import nh3
from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from digest.models import SectionRole
from digest.sources.clean import clean_title
from digest.sources.escaped import MOST_ESCAPES, read_as_markup, shows_markup, words_kept
from digest.sources.head import read_head
from digest.sources.headings import Headings
from digest.sources.pieces import MOST_PIECES, Document, Piece
from digest.sources.visible import take_out
from digest.sources.walk import BLOCKS, Found, Walk

#: Elements inside one another; libxml2 silently drops what lies deeper than 256, a real page stays under 60.
DEEPEST = 200
#: Characters of a page that are read; the longest real one had 1.2 million, nearly all of it scripts.
LONGEST_HTML = 5_000_000
#: Characters at the start of a text in which it may say that it is a page.
PRESCAN = 2_000
#: Names of a page's own elements that are looked at.
MOST_NAMES = 50
#: Characters that a page has at least, if nothing of it is made by a script.
LEAST_TEXT = 200

_INLINE: Final = frozenset(
    (
        *("a", "b", "button", "del", "img", "math", "mfrac", "mi", "mn", "mo", "mover", "mrow", "msqrt", "msub"),
        *("msubsup", "msup", "mtext", "munder", "q", "s", "span", "strike", "strong", "sub", "sup", "time"),
    )
)
_DROPPED: Final = frozenset(
    (
        *("annotation", "annotation-xml", "applet", "audio", "canvas", "dialog", "embed", "frame", "frameset", "head"),
        *("iframe", "map", "object", "option", "rp", "rt", "script", "select", "style", "svg", "template", "textarea"),
        *("title", "video"),
    )
)
_ATTRIBUTES: Final = {
    "*": {
        *("class", "id", "role", "hidden", "style", "aria-controls", "aria-expanded", "aria-hidden", "aria-label"),
        *("aria-level", "aria-modal", "data-bs-target", "data-target", "itemprop"),
    },
    "a": {"href"},
    "img": {"alt"},
    "li": {"value"},
    "ol": {"reversed", "start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
_VOID: Final = frozenset({"br", "hr", "img"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]+")

_CONTAINER = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form"
    r"|header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|table|ul)\b",
    re.IGNORECASE,
)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*(?:>|\Z)")
_OWN_NAME = re.compile(r"<([a-z][a-z0-9]{0,30}-[a-z0-9._-]{0,60})", re.IGNORECASE)
_STRUCK = re.compile(r"<(/?)(del|strike|s)(?=[\s>])", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|body)\b", re.IGNORECASE)


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
    text = _CONTROLS.sub("", text[:LONGEST_HTML].encode("utf-8", "replace").decode())
    headings = headings or Headings()
    article = _PAGE.search(text, 0, PRESCAN) is not None if article is None else article
    _check_containers(text)
    head = read_head(text)
    struck = not _is_unclosed(text)
    root = _tree(text, _DROPPED | {"noscript"})
    kept, aside = _pieces(root, headings, article=article, struck=struck)
    if article and sum(len(one.text) for one in kept) < LEAST_TEXT and "<noscript" in text:
        # A page made by scripts may hold what a browser without them shows.
        root = _tree(text, _DROPPED)
        kept, aside = _pieces(root, headings, article=article, struck=struck)
    return Document(
        pieces=tuple(kept[:MOST_PIECES]),
        title=head.title,
        language=head.language,
        meta=_with_time(head.meta, root),
        cut=len(kept) > MOST_PIECES,
        aside=tuple(aside[:MOST_PIECES]),
    )


def plain(text: str) -> str:
    """A short fragment of HTML, such as a title, as plain text."""
    return " ".join(one.text for one in read_html(text, article=False).pieces)


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


def _is_unclosed(text: str) -> bool:
    """Nobody knows where the struck-out words end: none are taken out then, lest all that follows is lost."""
    names = [f"{closing}{name}".lower() for closing, name in _STRUCK.findall(text)]
    return any(names.count(name) > names.count(f"/{name}") for name in ("del", "s", "strike"))


def _check_depth(body: str) -> None:
    depth = 0
    for closing, name in _OPEN_OR_CLOSE.findall(body):
        if name not in _VOID:
            depth += -1 if closing else 1
            if depth > DEEPEST:
                raise TooDeep(f"its markup is nested more than {DEEPEST} levels deep")


def _tree(text: str, dropped: frozenset[str]) -> HtmlElement:
    """The cleaned tree, in which no text shows markup."""
    own = set(islice(dict.fromkeys(name.lower() for name in _OWN_NAME.findall(text)), MOST_NAMES))
    body = _cleaned(words_kept(text), dropped, own)
    for _ in range(MOST_ESCAPES):
        if not shows_markup(body):
            break
        body = _cleaned(read_as_markup(body), dropped, own)
    _check_depth(body)
    root = etree.fromstring(f"<html><body>{body}</body></html>", HTMLParser(encoding=None))
    for element in root.iter():
        if "-" in str(element.tag) and (parent := element.getparent()) is not None:
            # A page's own element: nobody knows whether it begins a line, so where words are, it does not.
            element.tag = "div" if str(parent.tag) in BLOCKS - {"p"} else "span"
    return root


def _cleaned(text: str, dropped: frozenset[str], own: set[str]) -> str:
    tags = set((BLOCKS | _INLINE) - dropped) | own
    return nh3.clean(text, tags=tags, clean_content_tags=set(dropped), attributes=_ATTRIBUTES, link_rel=None)


def _pieces(root: HtmlElement, headings: Headings, *, article: bool, struck: bool) -> tuple[list[Piece], list[Piece]]:
    """What is content, and what of the page stands beside its article."""
    take_out(root, known=lambda name: isinstance(headings.meaning(name), SectionRole), struck=struck)
    if not article:
        return [one.piece for one in _walked(_content(root))], []
    # Imported here, since no feed needs it and it takes its time to load.
    from digest.sources.article import article_of

    found = _walked(root)
    inside = article_of(root, found, headings=headings)
    if inside is None:
        return [one.piece for one in _walked(_content(root))], []
    marked = list(zip(found, inside, strict=True))
    return [one.piece for one, kept in marked if kept], [one.piece for one, kept in marked if not kept]


def _walked(root: etree._Element) -> list[Found]:
    return list(islice(Walk(root).found(), 4 * MOST_PIECES))


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
