"""Markup that was escaped once too often, and signs in a text that only look like markup."""

from __future__ import annotations

import html
import re
from typing import Final

#: Times that one text may have been escaped too often.
MOST_ESCAPES = 3

#: Elements that authors and their editors write; a text about research names none of them between angle brackets.
_WRITTEN: Final = frozenset(
    (
        *("a", "abbr", "article", "b", "big", "blockquote", "br", "center", "cite", "code", "dd", "del", "div", "dl"),
        *("dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "iframe", "img"),
        *("ins", "li", "main", "mark", "ol", "p", "pre", "q", "s", "script", "section", "small", "span", "strike"),
        *("strong", "style", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
    )
)
#: All that HTML knows beside those; other names behind a "<" are a text's own words.
KNOWN: Final = _WRITTEN | frozenset(
    (
        *("acronym", "address", "applet", "area", "aside", "audio", "base", "bdi", "bdo", "blink", "body", "button"),
        *("canvas", "caption", "col", "colgroup", "data", "datalist", "details", "dfn", "dialog", "dir", "embed"),
        *("fieldset", "footer", "form", "frame", "frameset", "head", "header", "hgroup", "html", "input", "kbd"),
        *("label", "legend", "link", "listing", "map", "marquee", "math", "menu", "meta", "meter", "nav", "nobr"),
        *("noembed", "noframes", "noscript", "object", "optgroup", "option", "output", "param", "picture", "plaintext"),
        *("progress", "rb", "rp", "rt", "rtc", "ruby", "samp", "search", "select", "slot", "source", "summary", "svg"),
        *("template", "textarea", "time", "title", "track", "tt", "var", "video", "wbr", "xmp"),
        *("annotation", "mfrac", "mi", "mn", "mo", "mover", "mrow", "msqrt", "msub", "msubsup", "msup", "mtext"),
        *("munder", "semantics"),
    )
)
#: Elements of drawings; anywhere else the names are others' own.
SVG: Final = frozenset({"path", "g", "circle", "rect", "use", "defs", "text", "polygon", "line"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(\s{0,5}/?>|\s[^<>]{0,2000}>)")
_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,30})")
_UNKNOWN = re.compile(
    rf"<(?!(?:{'|'.join(sorted(KNOWN | SVG))})(?![a-z0-9]))(?=[a-z][a-z0-9]{{0,30}}(?:[^a-z0-9:>/_.-]|$))"
    r"(?![a-z0-9]{1,31}\s{1,20}[a-z_:@][\w:.@-]{0,60}\s{0,5}=)",
    re.IGNORECASE,
)
#: What a cleaned text holds where its reader would see markup.
_SHOWN = re.compile(r"&lt;/?[a-zA-Z]|&amp;(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});")
_SHOWN_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});")
_PARTS = re.compile(r"(<[^>]*(?:>|\Z))")


def words_kept(source: str) -> str:
    """HTML in which a "<" before a word that names no element is no tag: "lymphocytes <LLN" keeps its words."""
    names = set(map(str.lower, _NAME.findall(source)))
    return source if names <= KNOWN | SVG else _UNKNOWN.sub("&lt;", source)


def shows_markup(body: str) -> bool:
    """True for clean HTML whose reader would see tags or entities."""
    return _SHOWN.search(body) is not None


def read_as_markup(body: str) -> str:
    """Clean HTML in which what its reader would see as tags and entities is what it says: tags and characters."""
    return "".join(part if part.startswith("<") else _text_as_markup(part) for part in _PARTS.split(body))


def without_tags(text: str) -> str:
    """The text without the tags that it shows."""
    return _TAG.sub(lambda found: " " if _is_written(found) else found[0], text) if "<" in text else text


def _text_as_markup(text: str) -> str:
    plain = html.unescape(text)
    for _ in range(MOST_ESCAPES):
        if not _SHOWN_ENTITY.search(plain):
            break
        plain = html.unescape(plain)
    made: list[str] = []
    end = 0
    for found in _TAG.finditer(plain):
        if _is_written(found):
            made += [html.escape(plain[end : found.start()], quote=False), found[0]]
            end = found.end()
    return "".join([*made, html.escape(plain[end:], quote=False)])


def _is_written(found: re.Match[str]) -> bool:
    """`<b>`, `</p>`, `<br />` and `<a href=…>`, but not "<a and b>"."""
    return found[2].lower() in _WRITTEN and ("=" in found[3] or not found[3].strip(" \t\r\n/>"))
