"""The text of a feed's entry into pieces, whichever way it was written: markup, escaped markup or plain text."""

from __future__ import annotations

import re
from collections.abc import Set

from digest.sources.escapes import BLOCKS, characters, is_surely_markup, marked, without_tags
from digest.sources.markup import read_html
from digest.sources.pieces import Piece
from digest.sources.plaintext import read_text
from digest.sources.raised import without_tags as without_raised

#: Elements that say where paragraphs end; where there are none, blank lines do.
_PARAGRAPHS = frozenset({"p", "br", "div", "body"})
_BLANK_LINE = re.compile(r"\n[ \t\r]{0,200}\n")
#: One between two lines of words, where no element begins or ends.
_BLANK_IN_WORDS = re.compile(r"[^>\s][ \t\r]{0,200}\n[ \t\r]{0,200}\n\s{0,200}(?=[^<\sa-z])")
#: Boxes that may have been put around or behind a text that somebody typed.
_PUT_AROUND = frozenset({"article", "body", "br", "center", "div", "html", "p", "section"})
_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
_BOX = re.compile(rf"</?(?:{'|'.join(sorted(_PUT_AROUND - {'br'}))})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)


def read_fragment(text: str, *, plain: bool = False, markdown: bool = False) -> tuple[Piece, ...]:
    """The pieces of a text.

    Args:
        text: as the feed gives it, the feed's own escaping undone.
        plain: the feed says that it holds no markup, so a lone tag is characters. Feeds say it also by leaving out
            what they hold, so a tag that is opened and closed is one all the same.
        markdown: it is plain text in Markdown.

    Raises:
        TooDeep: it is markup nested deeper than any real text.
    """
    text = text.replace("\r\n", "\n")
    if markdown:
        # Imported here, since most feeds have none (35 ms).
        from digest.sources.markdown import read_markdown

        return read_markdown(characters(text)).pieces
    if plain and not is_surely_markup(text):
        return read_text(characters(text)).pieces
    text, tags = marked(text)
    if not tags:
        return read_text(characters(without_tags(text))).pieces
    if typed := typed_text(text, tags):
        return read_text(typed).pieces
    if _PARAGRAPHS.isdisjoint(tags) and _BLANK_LINE.search(text.strip()):
        if BLOCKS.isdisjoint(tags):
            return read_text(characters(without_tags(without_raised(text)))).pieces
        text = _BLANK_LINE.sub("\n<br>\n", text)
    return read_html(text, article=False).pieces


def typed_text(text: str, tags: Set[str]) -> str:
    """The text that somebody typed with blank lines and headings, and around or behind which a machine put a box.

    Empty where elements say where its parts begin: a blank line in a paragraph of markup is a space.
    """
    if not tags or BLOCKS & tags - _PUT_AROUND:
        return ""
    blanks = len(_BLANK_IN_WORDS.findall(text))
    if not blanks or len(_PARAGRAPH.findall(text)) > blanks:
        return ""
    return characters(without_tags(without_raised(_BOX.sub("\n\n", _BREAK.sub("\n", text)))))
