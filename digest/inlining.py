"""Styles into elements: premailer behind one function that trusts nothing it gives back.

A page has two kinds of `<style>`: those to be inlined, and those marked `data-premailer="ignore"` that stay (media
queries, dark mode, hover). Premailer strips `!important` from rules it cannot inline and cssutils drops what it does
not know, both in silence, so a page that would lose something that way is refused instead.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cssutils  # type: ignore[import-untyped]
from premailer import Premailer

from digest.errors import TemplateError

_STYLE = re.compile(r"<style\b([^<>]*)>(.*?)(?:</style>|\Z)", re.IGNORECASE | re.DOTALL)
_KEPT = re.compile(r"""\bdata-premailer\s*=\s*["']ignore["']""")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"(?<![^{}])([^{}]+)\{")
_REMOTE = re.compile(r"<(?:link|script|iframe|object|embed)\b|@import", re.IGNORECASE)

#: What premailer would write as attributes, on elements that may not have them (a paragraph's `width`).
_ATTRIBUTES_IN_THE_TEMPLATE = ("width", "height", "bgcolor", "align", "valign")


class _Complaints(logging.Handler):
    """Collects what cssutils has to say instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


_LOG = logging.getLogger("digest.inlining.cssutils")
_LOG.propagate = False
_LOG.addHandler(logging.NullHandler())
# cssutils keeps one log and one set of preferences for the whole process, so one page is inlined at a time.
_ONE_AT_A_TIME = threading.Lock()
#: What was wrong with styles that were refused: premailer keeps a sheet it has read, and a kept one does not complain.
_REFUSED: dict[str, str] = {}


def inline(html: str, *, tokens: re.Pattern[str] | None = None) -> str:
    """The page with its styles written into its elements, ready to be cut.

    Args:
        html: a whole rendered page, beginning with `<!DOCTYPE html>` in upper case.
        tokens: what must come through as often as it went in, besides every comment in its order.

    Raises:
        TemplateError: the styles would not survive, or tokens or comments did not.
    """
    _refuse_what_would_be_lost(html)
    inlined = _transform(html)
    _compare("comments", _COMMENT.findall(html), _COMMENT.findall(inlined))
    if tokens is not None:
        _compare("tokens", sorted(tokens.findall(html)), sorted(tokens.findall(inlined)))
    kept = [css for attributes, css in _styles(html) if _KEPT.search(attributes)]
    _compare("kept styles", kept, [css for _, css in _styles(inlined)])
    return inlined


def _refuse_what_would_be_lost(html: str) -> None:
    if not html.lstrip().startswith("<!DOCTYPE html>"):
        raise TemplateError("the page must begin with <!DOCTYPE html> in upper case: premailer drops any other form")
    outside_comments = _COMMENT.sub("", html)
    if remote := _REMOTE.search(outside_comments):
        raise TemplateError(f"a mail can load nothing, but the page holds {remote[0]!r}")
    for attributes, css in _styles(html):
        if not _KEPT.search(attributes):
            _check_inlinable(_CSS_COMMENT.sub("", css))


def _styles(html: str) -> list[tuple[str, str]]:
    return [(attributes, css.strip()) for attributes, css in _STYLE.findall(_COMMENT.sub("", html))]


def _check_inlinable(css: str) -> None:
    for word, why in (("@", "rules with @ are lost"), ("var(", "variables stay unresolved")):
        if word in css:
            raise TemplateError(f'a <style> to be inlined holds {word!r}: {why}; mark it data-premailer="ignore"')
    for selector in _SELECTOR.findall(css):
        # Fragments are inlined in one place and read in another: what an element's neighbours are must not matter.
        if found := re.search(r"[:+~*>\[]", selector):
            raise TemplateError(
                f"the selector {' '.join(selector.split())!r} uses {found[0]!r}: use classes, elements and spaces only"
            )


def _transform(html: str) -> str:
    sheets = [css for attributes, css in _styles(html) if not _KEPT.search(attributes)]
    with _ONE_AT_A_TIME, _listening() as heard:
        page = Premailer(
            allow_network=False,
            disable_basic_attributes=_ATTRIBUTES_IN_THE_TEMPLATE,
            disable_validation=True,
        ).transform(html, pretty_print=False)
        if heard:
            _REFUSED.update({css: complaint for css in sheets if (complaint := _complaint(css))})
    if complaints := [*(_REFUSED[css] for css in sheets if css in _REFUSED), *heard]:
        raise TemplateError(f"the styles cannot be read: {complaints[0]}")
    return str(page)


def _complaint(css: str) -> str | None:
    with _listening() as heard:
        cssutils.parseString(css, validate=False)
    return heard[0] if heard else None


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What cssutils complains of meanwhile."""
    complaints = _Complaints()
    cssutils.log.setLog(_LOG)
    # Some clients read three-digit colours wrongly.
    cssutils.ser.prefs.minimizeColorHash = False
    _LOG.addHandler(complaints)
    try:
        yield complaints.heard
    finally:
        _LOG.removeHandler(complaints)


def _compare(what: str, before: list[str], after: list[str]) -> None:
    if before == after:
        return
    lost = next((one for one in before if before.count(one) > after.count(one)), None)
    more = f": {lost[:80]!r}" if lost else " (their order changed)"
    raise TemplateError(f"inlining changed the page's {what}{more}; is every element closed and nested right?")
