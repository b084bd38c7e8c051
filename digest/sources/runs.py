"""Lists that are printed in a line: `Two things: 1) … 2) …`."""

from __future__ import annotations

import re

from digest.models import Block, Bullets, Paragraph

#: Characters before a mark that are looked at.
NEAR = 400
_MARK = re.compile(r"(?:(?<=\s)|^)(\(?)(\d{1,2})\)\s+(?=\S)")
#: Words that have a number behind them: "in step 2) of the plan".
_NUMBERED = frozenset(
    (
        *("appendix", "arm", "box", "chapter", "class", "cohort", "day", "fig.", "figure", "grade", "group", "item"),
        *("level", "month", "number", "option", "panel", "part", "phase", "question", "ref.", "round", "see", "stage"),
        *("step", "study", "table", "tier", "trial", "type", "visit", "week", "year"),
    )
)
_SENTENCE_END = re.compile(r"[.!?;:…][\"'”’»)\]]{0,2}\s*$")


def numbered_runs(text: str) -> list[Block]:
    """A paragraph as blocks: `… 1) … 2) …` becomes its opening words and an ordered list.

    A list that begins again at 1 behind a sentence is one more list. Other numbers with brackets are text.
    """
    runs = _runs(text) if "1)" in text else []
    if not runs:
        return [Paragraph(text)] if text else []
    opening = text[: runs[0][0].start()].strip()
    blocks: list[Block] = [Paragraph(opening)] if opening else []
    ends = [*(run[0].start() for run in runs[1:]), len(text)]
    return [*blocks, *(_list_of(text, run, end) for run, end in zip(runs, ends, strict=True))]


def _runs(text: str) -> list[list[re.Match[str]]]:
    """The marks of each list; none where they make no list."""
    runs: list[list[re.Match[str]]] = [[]]
    for mark in _MARK.finditer(text):
        run = runs[-1]
        if int(mark[2]) == len(run) + 1 and (run or _may_begin(text, mark)):
            run.append(mark)
        elif int(mark[2]) == 1 and len(run) > 1 and _SENTENCE_END.search(text, max(0, mark.start() - 5), mark.start()):
            runs.append([mark])
    is_list = len(runs[0]) > 1 or (len(runs[0]) == 1 and runs[0][0].start() == 0)
    return runs if is_list else []


def _may_begin(text: str, mark: re.Match[str]) -> bool:
    """Whether a list may begin here: the bracket is the mark's own, and no word before it has the number."""
    before = text[max(0, mark.start() - NEAR) : mark.start()]
    inside = not mark[1] and before.count("(") > before.count(")")
    words = before.rsplit(None, 1)
    return not inside and not (words and words[-1].lower() in _NUMBERED)


def _list_of(text: str, marks: list[re.Match[str]], end: int) -> Bullets:
    edges = [*(mark.start() for mark in marks[1:]), end]
    return Bullets(tuple(_item(text[mark.end() : edge]) for mark, edge in zip(marks, edges, strict=True)), ordered=True)


def _item(text: str) -> str:
    return re.sub(r"[;,]?(?<!\s)\s+(?:and|or)$|[;,]$", "", text.strip())
