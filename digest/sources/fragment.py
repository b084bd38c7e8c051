"""The text of a feed's entry into pieces, whichever way it was written: markup, escaped markup or plain text."""

from __future__ import annotations

import re

from digest.sources.escapes import BLOCKS, characters, is_surely_markup, marked, without_tags
from digest.sources.markup import read_html
from digest.sources.pieces import Piece
from digest.sources.plaintext import read_text
from digest.sources.raised import without_tags as without_raised

#: Elements that say where paragraphs end; where there are none, blank lines do.
_PARAGRAPHS = frozenset({"p", "br", "div", "body"})
_BLANK_LINE = re.compile(r"\n[ \t\r]{0,200}\n")


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
    if _PARAGRAPHS.isdisjoint(tags) and _BLANK_LINE.search(text.strip()):
        if BLOCKS.isdisjoint(tags):
            return read_text(characters(without_tags(without_raised(text)))).pieces
        text = _BLANK_LINE.sub("\n<br>\n", text)
    return read_html(text, article=False).pieces
