"""Text from outside made fit to keep: repaired, on one line, with nothing invisible and nothing that acts."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header

import ftfy

from digest.sources.escapes import characters, is_surely_markup, well_marked, without_tags
from digest.sources.raised import without_tags as without_raised

#: Characters of one run of text that are kept; a paragraph of a real page has under 5,000.
LONGEST_TEXT = 20_000
#: Where the source's own teasers are cut, in characters (measured: 99 or 100, in mid-word).
TEASER_CUT = range(95, 106)
#: How often an encoded word may hide another one before what is left is thrown away.
MOST_DECODINGS = 3

ELLIPSIS = "…"

#: Repair what was decoded wrongly, and change nothing that an author may have meant: quotes, ligatures, width.
_REPAIR = ftfy.TextFixerConfig(
    unescape_html=False,
    uncurl_quotes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    normalization="NFC",
)
#: Bytes somebody printed in place of a character: `<ce><b2>` for a beta.
_PRINTED_BYTES = re.compile(r"(?:<[0-9a-fA-F]{2}>){2,}")
#: RFC 2047: mail software decodes these, line ends and all, wherever a header is made from the text.
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]{0,1000}\?=")
#: Controls, bidirectional overrides and isolates, zero-width characters (the joiners stay: scripts and emoji need
#: them), tag characters, lone surrogates, private noncharacters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_PLAIN_SPACE = re.compile(r"[\t\n\x0b\x0c\r ]+")
_CUT_MARK = re.compile(r"(?:\[\s{0,2}(?:…|\.{3})\s{0,2}\]|…|\.{3})$")
_ENDED = re.compile(r"[.!?:;)\]\"'”’»]$")


def clean(text: str, *, limit: int = LONGEST_TEXT) -> str:
    """One line of text: mojibake repaired, white space collapsed, controls and direction marks gone.

    Compatibility characters stay as printed (no NFKC): who matches words normalises after this repair.
    """
    text = text[:limit]
    if text.isascii():
        return _clean_ascii(text)
    # Plain white space is made one before the repair, too, for what looks broken depends on what stands behind it; the
    # rest of it may be a half of a broken character.
    text = _repaired(_PLAIN_SPACE.sub(" ", text))
    return _SPACE.sub(" ", _UNSEEN.sub("", _without_encoded_words(text))).strip()


def _clean_ascii(text: str) -> str:
    """The same for most of all texts, which have nothing to repair but the little that is looked for."""
    if not text.isprintable():
        text = _PLAIN_SPACE.sub(" ", text)
    if "><" in text:
        text = _repaired(text)
    if "=?" in text:
        text = _without_encoded_words(text)
    if not (text.isascii() and text.isprintable()):
        text = _SPACE.sub(" ", _UNSEEN.sub("", text))
    return _SPACE.sub(" ", text).strip() if "  " in text else text.strip()


def clean_title(text: str, *, limit: int = 500, plain: bool = False) -> str:
    """A title as plain text: also without markup and entities, cut at a word when it is over `limit` characters.

    With `plain` it is said to hold no markup, so a lone tag in it is characters.
    """
    text = text[:LONGEST_TEXT]
    if plain and not is_surely_markup(text):
        text = characters(text)
    elif "<" in text or "&" in text:
        text = characters(without_tags(without_raised(well_marked(text))))
    return shorten(clean(text), limit)


def shorten(text: str, limit: int) -> str:
    """The text, or its first words with an ellipsis when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words = head.rpartition(" ")[0] if text[limit - 1] != " " else head
    return (words or head).rstrip(" ,;:–-") + ELLIPSIS


def end_at_word(text: str) -> str:
    """A teaser that was cut in mid-word, ended at its last whole word with an ellipsis; other text as it is.

    Cut are texts that end in dots or brackets of dots after a letter, and texts of `TEASER_CUT` length without any
    full stop at their end. The last word of such a text cannot be trusted, so it goes.
    """
    marked = _CUT_MARK.search(text.rstrip())
    body = text[: marked.start()].rstrip() if marked else text
    if not marked and (len(text) not in TEASER_CUT or _ENDED.search(text)):
        return text
    if body and not _ENDED.search(body):
        body = body.rpartition(" ")[0] or body
    return f"{body.rstrip(' ,;:–-')}{ELLIPSIS}" if body else ""


def _repaired(text: str) -> str:
    text = _PRINTED_BYTES.sub(_bytes_printed, text)
    return text if text.isascii() else ftfy.fix_text(text, _REPAIR)


def _bytes_printed(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("<", "").replace(">", "")).decode()
    except UnicodeDecodeError:
        return match[0]


def _without_encoded_words(text: str) -> str:
    for _ in range(MOST_DECODINGS):
        if not _ENCODED_WORD.search(text):
            return text
        text = _ENCODED_WORD.sub(_decoded_word, text)
    return _ENCODED_WORD.sub("", text)


def _decoded_word(match: re.Match[str]) -> str:
    try:
        parts = decode_header(match[0])
        return "".join(part if isinstance(part, str) else part.decode(name or "ascii") for part, name in parts)
    except (HeaderParseError, LookupError, ValueError):
        return ""
