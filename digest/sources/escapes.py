"""Which `<` begins a tag and which is a character, and what was escaped once too often.

Feeds print markup, escaped markup, text, and text with a less-than sign in it, and often do not say which. A tag is
what has the name of one and is written as one; "CD4<CD8", "p<0.05" and "age <b and c> d" are words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.entities import html5
from typing import Final

#: How often the same text may have been escaped over and over.
MOST_ESCAPES = 3

#: Elements of HTML, old ones too, and the inline ones of journals' own XML (JATS).
_ELEMENTS: Final = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink "
    "blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn "
    "dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset g h1 h2 h3 h4 h5 "
    "h6 head header hgroup hr html i iframe image img input ins kbd label legend li link main map mark marquee "
    "math menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param path "
    "picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select slot small source "
    "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title "
    "tr track tt u ul use var video wbr xmp bold italic sc underline monospace inline-formula named-content "
    "xref ext-link styled-content"
)
#: Those that end a line.
_LINES: Final = (
    "address article aside blockquote body br center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary "
    "table tbody td tfoot th thead tr ul"
)
#: Elements whose content is no text of the document.
_NO_TEXT: Final = frozenset({"script", "style", "noembed", "template", "svg", "iframe", "object", "video", "audio"})
_CLOSINGS: Final = {name: re.compile(rf"</{name}\s{{0,20}}>", re.IGNORECASE) for name in _NO_TEXT}
#: Attributes that need no value.
_BARE_WORDS: Final = (
    "allowfullscreen async autofocus autoplay checked compact controls crossorigin declare default defer "
    "disabled download formnovalidate hidden inert ismap itemscope loop mozallowfullscreen multiple muted "
    "nomodule nohref noresize noshade novalidate nowrap open playsinline readonly required reversed selected "
    "webkitallowfullscreen alt"
)

_NAMES: Final = frozenset(_ELEMENTS.split())
BLOCKS: Final = frozenset(_LINES.split())
_BARE: Final = frozenset(_BARE_WORDS.split())

_ATTRIBUTE = (
    r"[\s/]{1,100}[A-Za-z_:@*][\w:.@-]{0,80}"
    r"(?:\s{0,20}=\s{0,20}(?:\"[^\"]{0,9000}\"|'[^']{0,9000}'|[^\s\"'=<>`]{1,3000}))?"
)
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,30}(?:[:-][A-Za-z0-9:-]{1,40})?)"
    rf"(?P<attributes>(?:{_ATTRIBUTE}){{0,60}})[\s/]{{0,100}}>"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
#: A tag that the end of the text cut off.
_CUT_TAG = re.compile(r"<(?:/[A-Za-z0-9]{0,20}|(?P<name>[A-Za-z][A-Za-z0-9]{0,30})\s[^<>]{0,3000}=[^<>]{0,3000})$")
#: Tags as most are written, which nobody could take for anything else.
_USUAL_TAG = re.compile(
    r"</?([A-Za-z][A-Za-z0-9]{0,9})(?: [a-z-]{1,20}=(?:\"[^\"<>]{0,3000}\"|'[^'<>]{0,3000}')){0,20}(?: ?/)?>"
)
#: A `<` that begins no comment and no declaration. A comment's end may stand behind tags in it.
_STRAY = re.compile(r"<(?!!--|(?:!doctype\b|!\[|\?[a-z])[^<>]{0,2000}>)", re.IGNORECASE)
#: An address that is the picture itself; longer than any attribute is looked at.
_DATA = re.compile(r"data:[\w/+.-]{1,100};base64,[A-Za-z0-9+/=]{100,}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TWICE = re.compile(r"&amp;(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_TAG = re.compile(r"&lt;(/?[A-Za-z](?:[^<>&]|&(?!lt;|gt;)){0,2000})(?:&gt;|>)")
_OPEN_QUOTE = re.compile(r"=([\"'])([^\"'<>\s]{0,2000})>")
#: Attributes that hold no text, in which a `>` may stand.
_NO_TEXTS: Final = (" href", " src", " class", " id", " rel", " target")
_COMMENT_END = re.compile(r"--(?:&gt;|>)")
#: `<`, `>` and `&` by their numbers.
_NUMERIC = re.compile(r"&#(?:0{0,5}(60|62|38)|[xX]0{0,5}(3[cCeE]|26));")
_NAMED: Final = {"60": "&lt;", "3c": "&lt;", "62": "&gt;", "3e": "&gt;", "38": "&amp;", "26": "&amp;"}


def tags_in(text: str) -> frozenset[str]:
    """The names of all its tags; empty for a text that is no markup."""
    return frozenset(tag["name"].lower() for tag in _tags(text)) if "<" in text else frozenset()


def is_surely_markup(text: str) -> bool:
    """Whether its tags can be nothing else.

    Somebody may write about `<b>`; who writes `<b>` and `</b>`, `<br/>` or attributes means no characters.
    """
    opened: set[str] = set()
    for tag in _tags(text) if "<" in text else ():
        name = tag["name"].lower()
        if name in {"br", "hr", "wbr"} or "=" in tag["attributes"] or (tag["close"] and name in opened):
            return True
        opened.add("" if tag["close"] else name)
    return False


def characters(text: str) -> str:
    """A text without markup whose entities are made characters; `&copy=` in an address is none."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def without_tags(text: str) -> str:
    """A text without its tags and what is no text in it; a space where one of them ended a line."""
    if "<" not in text:
        return text
    made: list[str] = []
    end = 0
    for tag in _tags(text):
        if tag.start() < end:
            continue
        made.append(text[end : tag.start()])
        name = tag["name"].lower()
        end = _end_of_content(text, tag) if name in _NO_TEXT and not tag["close"] else tag.end()
        made.append(" " if name in BLOCKS else "")
    made.append(text[end:])
    return _without_comments("".join(made))


def well_marked(text: str) -> str:
    """Markup in which every `<` that begins no tag is written as a character and nothing is escaped twice.

    A reader of HTML takes "<LLN" for a tag without end and loses all that follows.
    """
    return marked(text)[0]


def marked(text: str) -> tuple[str, frozenset[str]]:
    """The same, and the names of its tags: none where it is no markup at all."""
    text = with_quotes_closed(_DATA.sub("data:,", text) if "base64," in text else text)
    for _ in range(MOST_ESCAPES):
        raised = _unescaped_once(text)
        if raised == text:
            break
        text = raised
    return _less_thans_escaped(text) if "<" in text else (text, frozenset())


def with_quotes_closed(text: str) -> str:
    """Markup in which no address and no name goes on behind the end of its tag for want of a quotation mark."""
    return _OPEN_QUOTE.sub(_with_quote_closed, text) if "=" in text else text


def _with_quote_closed(found: re.Match[str]) -> str:
    is_named = found.string[max(0, found.start() - 6) : found.start()].lower().endswith(_NO_TEXTS)
    return f"={found[1]}{found[2]}{found[1]}>" if is_named else found[0]


def without_escaped_comments(text: str) -> str:
    """A text without the comments that its reader would see."""
    made: list[str] = []
    at = 0
    while (start := text.find("&lt;!--", at)) >= 0 and (end := _COMMENT_END.search(text, start)):
        made.append(text[at:start])
        at = end.end()
    return "".join(made) + text[at:] if made else text


def text_size(text: str) -> int:
    """How many characters of text there are in a piece of markup; pictures and scripts are none."""
    return len(" ".join(without_tags(text).split()))


def most_text_first(texts: Sequence[str]) -> list[int]:
    """The places of these pieces of markup, that with the most text first; of equals the first."""
    places = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    # Nearly always the longest has more text than the next has characters, and need be counted alone.
    if len(texts) > 1 and text_size(texts[places[0]]) < len(texts[places[1]]):
        sizes = list(map(text_size, texts))
        places.sort(key=lambda place: (-sizes[place], place))
    return places


def _tags(text: str) -> Iterator[re.Match[str]]:
    closed: set[str] | None = None
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if name.lower() in _NAMES:
            if _is_written_as_one(tag):
                yield tag
        elif _is_written_as_one(tag):
            # A name we do not know is one where it is closed as well.
            if closed is None:
                closed = {found["name"] for found in _TAG.finditer(text) if found["close"]}
            if name in closed:
                yield tag


def _is_written_as_one(tag: re.Match[str]) -> bool:
    attributes = tag["attributes"]
    if tag["close"] or not attributes:
        return not attributes
    bare = (found[0].strip(" \t\r\n\f/") for found in _ATTRIBUTES.finditer(attributes) if "=" not in found[0])
    return all(word.lower() in _BARE or "-" in word for word in bare)


def _end_of_content(text: str, tag: re.Match[str]) -> int:
    if tag[0].endswith("/>"):
        return tag.end()
    closing = _CLOSINGS[tag["name"].lower()].search(text, tag.end())
    return closing.end() if closing else len(text)


def _without_comments(text: str) -> str:
    made: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        made.append(text[at:start])
        at = end + 3
    return "".join(made) + text[at:]


def _unescaped_once(text: str) -> str:
    if "&" not in text or "<code" in text or "<pre" in text:
        return text
    if "&amp;" in text:
        text = _ESCAPED_TWICE.sub(lambda found: f"&{found[1]};" if _is_entity(found[1]) else found[0], text)
    if "&#" in text:
        text = _NUMERIC.sub(lambda found: _NAMED[(found[1] or found[2]).lower()], text)
    text = without_escaped_comments(text)
    if "&lt;" not in text or not _ESCAPED_TAG.search(text):
        return text
    if not tags_in(text):
        shown = _ESCAPED_TAG.sub(lambda found: f"<{characters(found[1])}>", text)
        return characters(text) if is_surely_markup(shown) else text
    return _ESCAPED_TAG.sub(_unescaped_tag, text) if is_surely_markup(_only_escaped(text)) else text


def _only_escaped(text: str) -> str:
    return " ".join(f"<{characters(found[1])}>" for found in _ESCAPED_TAG.finditer(text))


def _unescaped_tag(found: re.Match[str]) -> str:
    tag = f"<{characters(found[1])}>"
    return tag if next(_tags(tag), None) is not None or found[1].startswith("/") else found[0]


def _is_entity(name: str) -> bool:
    return name.startswith("#") or f"{name};" in html5


def _less_thans_escaped(text: str) -> tuple[str, frozenset[str]]:
    usual = [name.lower() for name in _USUAL_TAG.findall(text)]
    if len(usual) == text.count("<") and _NAMES.issuperset(usual):
        return text, frozenset(usual)
    cut = _CUT_TAG.search(text, max(0, len(text) - 6_100))
    if cut and (cut["name"] or "a").lower() in _NAMES:
        text = text[: cut.start()]
    unclosed = text.rfind("-->")
    if text.find("<!--", max(0, unclosed)) >= 0:
        text = text[: max(0, unclosed)] + text[max(0, unclosed) :].replace("<!--", "&lt;!--")
    names: set[str] = set()
    made: list[str] = []
    end = 0
    for tag in _tags(text):
        made += [_between_tags(text[end : tag.start()]), tag[0]]
        names.add(tag["name"].lower())
        end = tag.end()
    made.append(_between_tags(text[end:]))
    return "".join(made), frozenset(names)


def _between_tags(text: str) -> str:
    """Text in which a `<` can only be a character, or begin a comment or a declaration."""
    return _STRAY.sub("&lt;", text) if "<" in text else text
