"""A Markdown text made fit for CommonMark where that would read a summary wrongly.

CommonMark takes a number or a dash at the beginning of a line for a list even where the text was only wrapped there,
reads `DRB1*15:01 and DRB1*13:03` as italics without stars and `4.0[1]` as 4.01, and makes one paragraph of labels that
stand in lines of their own. Quotations are read as the text they are: nothing here depends on who said it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from digest.sources.headings import Headings
from digest.sources.listmarks import Mark, Part, marks_of
from digest.sources.plaintext import beginnings, is_label
from digest.sources.wrapping import in_mid_sentence, is_ended

#: A longer line with a rule under it is a paragraph.
LONGEST_UNDERLINED = 120

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]{0,100}$")
_UNDERLINE = re.compile(r"(?:-{2,200}|={2,200})$")
_QUOTES = re.compile(r"(?:[ \t]{0,3}>(?!\d)[ \t]?){1,1000000}")
_BULLETS: Final = frozenset("-*+")
#: What site generators put into a text: `{{< figure >}}`, `{% include %}`, `{#name}` and `{: .class}` at a line's end.
_INSERTED = re.compile(
    r"\{\{[<%][^{}]{0,500}[>%]\}\}|\{%[^{}%]{0,500}%\}|[ \t]{0,3}\{[:#][^{}]{0,200}\}$|^\[\[?_?TOC_?\]\]?$"
)
#: Signs of Markdown's dialects, and what stands for them.
_DIALECTS: Final = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        # DRB1*15:01, 3*4*5
        (r"(?<=\w)\*(?=\d)|(?<=\d)\*(?=\w)", r"\\*"),
        (r"(?<=\d)\*\*(?=\d)", r"\\*\\*"),
        # A number in brackets is a note's mark, also where an address for it stands below.
        (r"(?<!\])\[(\d{1,3})\](?![\[(:])", r"\\[\1\\]"),
        (r"!\[\[[^\[\]\n]{1,200}\]\]", ""),
        (r"\[\[(?:[^\[\]|\n]{1,200}\|)?([^\[\]|\n]{1,200})\]\]", r"\1"),
        (r"==(?=[^\s=])([^=\n]{1,300})==", r"\1"),
        (r"(?<=[\w)])\^([\w+−-]{1,12})\^", r"<sup>\1</sup>"),
        (r"(?<=\w)~([\w+−-]{1,12})~(?!~)", r"<sub>\1</sub>"),
        (r"\^\[([^\[\]\n]{1,500})\]", r" (\1)"),
    )
)


def fit_for_commonmark(lines: Sequence[str], headings: Headings) -> str:
    """The text of these lines, to be read as CommonMark without quotations and without code by indentation."""
    raw = [_INSERTED.sub("", line).rstrip() if "{" in line or "[" in line else line for line in _unquoted(lines)]
    raw = ["" if _FENCE.match(line) else line for line in raw]
    plain = [line.strip() for line in raw]
    marks = marks_of(plain)
    begins = beginnings([_without_bold(line) for line in plain], marks, headings)
    fitted: list[str] = []
    base: int | None = None
    for place, line in enumerate(plain):
        above, mark = plain[place - 1] if place else "", marks.get(place)
        indent = len(raw[place]) - len(line) if line else 0
        if line and not above and indent <= (base or 0) + 1 and (mark is None or mark.part is not Part.ITEM):
            base = None
        nested = base is not None and indent > base and bool(above)
        if above and not nested and _stands_apart(line, above, mark, begins=begins[place], in_list=base is not None):
            fitted.append("")
        if base is None and mark is not None and mark.part is Part.ITEM:
            base = indent
        keeps_mark = mark is None or (nested and not in_mid_sentence(above))
        room = " " * (indent - base if base is not None and indent > base else 0)
        fitted.append(room + (_in_commonmark(line) if keeps_mark else _with_mark(line, mark)))
    return "\n".join(fitted)


def _unquoted(lines: Iterable[str]) -> Iterator[str]:
    """The lines without the marks of a quotation; `>30%` and a wrapped `> 30` are no such mark."""
    above, was_quoted = "", False
    for line in lines:
        words = _without_quote(line)
        is_quoted = len(words) < len(line) and (was_quoted or not _is_comparison(line, above))
        if is_quoted and above and not was_quoted:
            yield ""
        yield words if is_quoted else line
        above, was_quoted = line.strip(), is_quoted


def _without_quote(line: str) -> str:
    quotes = _QUOTES.match(line)
    return line[quotes.end() :] if quotes else line


def _is_comparison(line: str, above: str) -> bool:
    words = line.lstrip(" \t>")
    return bool(above) and words[:1].isdigit() and not is_ended(above)


def _stands_apart(line: str, above: str, mark: Mark | None, *, begins: bool, in_list: bool) -> bool:
    """True where CommonMark would take the line for more of the paragraph above, or that for a heading."""
    if mark is not None:
        return mark.part is Part.RUN or (mark.part is Part.ITEM and mark.number > 1 and not in_list)
    if _UNDERLINE.match(line):
        return len(above) > LONGEST_UNDERLINED or is_ended(above) or is_label(_without_bold(above))
    return begins and "|" not in line and not line.startswith("#")


def _with_mark(line: str, mark: Mark | None) -> str:
    """A line with its mark as CommonMark has it; with one that it takes for no mark, where it is none."""
    if mark is None:
        return _in_commonmark(line)
    sign, rest = line[: mark.end].strip(), _in_commonmark(line[mark.end :])
    if mark.part is Part.ITEM:
        return f"{mark.number}{sign[-1]} {rest}" if mark.number else f"{sign if sign in _BULLETS else '-'} {rest}"
    if mark.number:
        return f"{sign[:-1]}\\{sign[-1]} {rest}"
    return f"\\{sign} {rest}" if sign in _BULLETS else f"{sign} {rest}"


def _in_commonmark(text: str) -> str:
    for pattern, becomes in _DIALECTS:
        text = pattern.sub(becomes, text)
    return text


def _without_bold(line: str) -> str:
    return line.replace("**", "").replace("__", "")
