"""HTML that ends too early, and elements that never end."""

from __future__ import annotations

import re

#: Characters at the end of a page in which it says that it is over.
LAST = 20_000
#: Characters at its start in which it says what it is.
FIRST = 2_000

_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|body)\b", re.IGNORECASE)
_OVER = re.compile(r"</(?:html|body)\s{0,9}>", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_TAG = re.compile(r"<[/!]?[a-zA-Z]")


def looks_like_page(text: str) -> bool:
    """True for a whole page; a fragment of one does not say what it is."""
    return _PAGE.search(text, 0, FIRST) is not None


def breaks_off(text: str) -> bool:
    """True for a page that ends inside a tag, a comment or a script.

    Whoever only leaves out the last tags ends between two of them, and is whole.
    """
    if not looks_like_page(text) or _OVER.search(text, max(0, len(text) - LAST)):
        return False
    last = text.rfind("<")
    in_tag = last > text.rfind(">") and _TAG.match(text, last) is not None
    in_comment = text.rfind("<!--") > text.rfind("-->")
    _, *scripts = _SCRIPT.split(text)
    return in_tag or in_comment or bool(scripts and not _SCRIPT_END.search(scripts[-1]))


def forgets_to_close(text: str, *names: str) -> bool:
    """True where one of these elements is opened more often than closed: nobody knows what it is around."""
    tags = re.compile(rf"<(/?)({'|'.join(names)})(?=[\s>])", re.IGNORECASE)
    if not _is_more_opened(tags, text):
        return False
    # Scripts write elements, too.
    first, *others = _SCRIPT.split(text)
    return _is_more_opened(tags, first + "".join(_SCRIPT_END.split(other, maxsplit=1)[-1] for other in others))


def _is_more_opened(tags: re.Pattern[str], text: str) -> bool:
    found = [(closing, name.lower()) for closing, name in tags.findall(text)]
    return any(found.count(("", name)) > found.count(("/", name)) for _, name in set(found))
