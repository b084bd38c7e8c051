"""HTML that ends too early, and elements that never end."""

from __future__ import annotations

import re
from collections import Counter

#: Characters at the end of a page in which it says that it is over.
LAST = 20_000
#: Characters at its start in which it says what it is.
FIRST = 2_000

_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|body)\b", re.IGNORECASE)
_OVER = re.compile(r"</(?:html|body)\s{0,9}>", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_TAG = re.compile(r"<[/!]?[a-zA-Z]")
#: Elements that HTML wants closed; the end of others may be left out.
_CONTAINERS = re.compile(r"<(/?)(article|aside|div|main|ol|section|table|ul)(?=[\s>])", re.IGNORECASE)
_ENDED = re.compile(r"[.!?:;…。)\]\"'”’»]$")
_GOES_ON = re.compile(r"(?:,|(?<![\w.])[a-z]{1,30})$")
_OF_SITE = re.compile(r"©|copyright|all rights|reserved", re.IGNORECASE)
#: Words of a text that certainly stopped in the middle of a sentence.
LEAST_WORDS = 6


def looks_like_page(text: str) -> bool:
    """True for a whole page; a fragment of one does not say what it is."""
    return _PAGE.search(text, 0, FIRST) is not None


def breaks_off(text: str) -> bool:
    """True for a page that ends inside a tag, a comment, a script, a sentence, or what it calls its article.

    Whoever only leaves out the last tags ends behind a sentence, and is whole.
    """
    if not looks_like_page(text) or _OVER.search(text, max(0, len(text) - LAST)):
        return False
    last = text.rfind("<")
    in_tag = last > text.rfind(">") and _TAG.match(text, last) is not None
    in_comment = text.rfind("<!--") > text.rfind("-->")
    _, *scripts = _SCRIPT.split(text)
    in_script = bool(scripts and not _SCRIPT_END.search(scripts[-1]))
    return in_tag or in_comment or in_script or _is_unfinished(text)


def _is_unfinished(text: str) -> bool:
    """By the elements that are still open, and by the words behind the last tag."""
    left = _left_open(_CONTAINERS, without_scripts(text))
    words = text[text.rfind(">") + 1 :].strip()
    if left.total() > 1 and ("article" in left or "main" in left):
        return True
    if left:
        return bool(words) and not _ENDED.search(words)
    return len(words.split()) >= LEAST_WORDS and bool(_GOES_ON.search(words)) and not _OF_SITE.search(words)


def without_scripts(text: str) -> str:
    """What is left of a page without its scripts, which write elements, too."""
    first, *others = _SCRIPT.split(text)
    return first + "".join(_SCRIPT_END.split(other, maxsplit=1)[-1] for other in others)


def forgotten_in(text: str, *names: str) -> frozenset[str]:
    """Those of these elements that are opened more often than closed: nobody knows what they are around."""
    tags = re.compile(rf"<(/?)({'|'.join(names)})(?=[\s>])", re.IGNORECASE)
    return frozenset(_left_open(tags, without_scripts(text)) if _left_open(tags, text) else ())


def _left_open(tags: re.Pattern[str], text: str) -> Counter[str]:
    open_ = Counter[str]()
    for closing, name in tags.findall(text):
        open_[name.lower()] += -1 if closing else 1
    return +open_
