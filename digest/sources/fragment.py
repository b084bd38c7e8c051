"""The text of a feed's entry into pieces, whichever way it was written: markup, escaped markup or plain text."""

from __future__ import annotations

import re

from digest.sources.escapes import BLOCKS, characters, is_surely_markup, tags_in, well_marked, without_tags
from digest.sources.markdown import read_markdown
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
        return read_markdown(text).pieces
    if plain and not is_surely_markup(text):
        return read_text(characters(text)).pieces
    marked = well_marked(text)
    tags = tags_in(marked)
    if not tags:
        return read_text(characters(without_tags(marked))).pieces
    if _PARAGRAPHS.isdisjoint(tags) and _BLANK_LINE.search(marked.strip()):
        if BLOCKS.isdisjoint(tags):
            return read_text(characters(without_tags(without_raised(marked)))).pieces
        marked = _BLANK_LINE.sub("\n<br>\n", marked)
    return read_html(marked).pieces
