"""Raised, lowered and struck-out words as plain text: what `<sup>`, `<sub>`, `<del>` tell the eye must not be lost.

10<sup>6</sup> is 10⁶ and never 106; "4.0" with a raised note mark is 4.0¹ and never 4.01. Unicode's own characters are
taken where there are some: a reader sees them, and all matching of words (topics, studies, search) is by NFKC or
NFKD, which makes plain characters of them. What has none is set apart: 10^0.5. What was struck out is said no more.

A reader of markup puts the marks below around such words and calls `resolved` when the text before and behind is
known; `without_tags` is for a line of text that holds the tags themselves, such as a title or Markdown.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Marks around raised and lowered words; controls, so `clean` takes out any that is left over.
RAISED, LOWERED, LEVEL = "\x11", "\x12", "\x13"
MARKS: Final = dict.fromkeys(map(ord, (RAISED, LOWERED, LEVEL)))

#: A longer raised text, or one of several words, is small print and no mark or exponent.
LONGEST_RAISED = 12
#: Such tags inside one another that are looked at.
DEEPEST = 20

_HIGH: Final = dict(zip("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾", strict=True)) | dict(
    zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_LOW: Final = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
#: May stand between raised characters as they are: note marks "1,2" and "1–3", "+/−".
_BETWEEN: Final = frozenset(",;/–— ")
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th", "er", "re", "ère", "ème", "eme", "nde", "ste", "te"})
#: Signs that are no number, so they change none.
_SIGNS = re.compile(r"[*†‡§¶#°\u2032\u2033'\"®™©℠ªº\[\].,:;!?\s]+|\[[^\]\n]{1,10}\]")
_NAMED: Final = {"tm": "™", "sm": "℠", "(r)": "®", "(tm)": "™", "(c)": "©"}
_HYPHENS: Final = dict.fromkeys(map(ord, "‐‑−\ufe63\uff0d"), "-")

_RUN = re.compile(f"([{RAISED}{LOWERED}])([^{RAISED}{LOWERED}{LEVEL}]*){LEVEL}?")
_TAG = re.compile(r"<(/?)(?:\w{1,10}:)?(sup|sub|inf|del|strike|s|ins)(?:\s[^<>]{0,500})?/?>", re.IGNORECASE)
#: Elements that a style or a name makes one of these.
_STYLED = re.compile(r"<(span|font|em|i|b|a)\s([^<>]{1,500})>([^<>]{0,200})</\1>", re.IGNORECASE)
_STYLE = re.compile(
    r"vertical-align\s{0,9}:\s{0,9}(?:(sup)er|(sub))\b|(?<![\w-])(?:(sup)erscript|(sub)script)(?![\w-])"
    r"|(?<![\w-])(?:strikethrough|strike-through|struck|text-decoration[\w-]{0,9}\s{0,9}:[^;\"']{0,60}line-through)"
    r"(?![\w-])",
    re.IGNORECASE,
)
#: One of these stands in what these two find.
_TELLING: Final = ("script", "align", "through", "struck", "noteref", "footnote")
_NOTE = re.compile(r"doc-noteref|footnote-?ref", re.IGNORECASE)
#: Formulas: groups say nothing, two parts of one are a power or a fraction.
_GROUP = re.compile(r"</?(?:\w{1,10}:)?(?:mrow|mstyle)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_PART = r"<(?:\w{1,10}:)?m[a-z]{1,6}(?:\s[^<>]{0,200})?>([^<>]{0,100})</(?:\w{1,10}:)?m[a-z]{1,6}>\s{0,9}"
_PAIR = re.compile(
    rf"<(?:\w{{1,10}}:)?(msup|msub|mfrac)(?:\s[^<>]{{0,200}})?>\s{{0,9}}{_PART}{_PART}</(?:\w{{1,10}}:)?m[a-z]{{3,4}}>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"</?[a-z][^<>]{0,500}>", re.IGNORECASE)
_STRUCK: Final = frozenset({"del", "strike", "s"})


def resolved(text: str) -> str:
    """The text with what stands between marks put into plain characters, and without marks."""
    if RAISED not in text and LOWERED not in text:
        return text.replace(LEVEL, "")
    made: list[str] = []
    before, end = "", 0
    for run in _RUN.finditer(text):
        plain = text[end : run.start()].replace(LEVEL, "")
        end = run.end()
        before = (before + plain)[-1:]
        if run[1] == RAISED:
            made += [plain, raised(run[2], before=before, after=text[end : end + 1])]
        else:
            made += [plain, lowered(run[2], before=before)]
        before = (before + made[-1])[-1:]
    made.append(text[end:].replace(LEVEL, ""))
    return "".join(made)


def raised(text: str, *, before: str = "", after: str = "") -> str:
    """A raised text in plain characters, given the character before and behind it."""
    words = re.sub(r"(?<=[,;])\s+(?=\S)", "", text.strip())
    small = words.translate(_HYPHENS).casefold()
    if small in _NAMED:
        return _NAMED[small]
    if _stays(words, small, before, after):
        return text
    if small == "o" and before.isdecimal():
        return "°"
    high = _in(_HIGH, words)
    letters = sum(map(str.isalpha, words))
    if high and not letters:
        return high
    if " " in words or len(words) > LONGEST_RAISED:
        return f" {text}" if before and not before.isspace() else text
    # Matching would take a raised letter behind a letter for a part of the word, and nobody reads whole raised words.
    alone = letters == 1 or any(map(str.isdecimal, words))
    return high if high and alone and not before.isalpha() else f"^{words}"


def lowered(text: str, *, before: str = "") -> str:
    """A lowered text in plain characters, given the character before and behind it.

    Figures become lowered figures; letters stay, as everybody types C_max: Cmax.
    """
    words = text.strip()
    low = _in(_LOW, words)
    if low:
        return low
    if words and before.isdecimal() and words[0].isdecimal():
        return f"_{words}"
    # A word behind a word: "score_baseline". Nav1.7 and Cmax stay together.
    apart = len(words) > LONGEST_RAISED or (len(words) > 3 and before.islower() and words[0].islower())
    return f"_{words}" if apart and " " not in words else text


def without_tags(text: str) -> str:
    """A line of text that may hold these tags: raised and lowered words resolved, struck-out ones gone, no such tag.

    A tag that is opened and never closed goes alone: nobody knows where its words end.
    """
    if "<" not in text:
        return text
    text = _STYLED.sub(_unstyled, text)
    text = _PAIR.sub(_pair, _GROUP.sub("", text)) if "<m" in text or ":m" in text else text
    made: list[str] = []
    opened: list[tuple[str, int]] = []
    end = 0
    for tag in _TAG.finditer(text.translate(MARKS)):
        made.append(tag.string[end : tag.start()])
        end = tag.end()
        name = tag[2].lower()
        if not tag[1] and len(opened) < DEEPEST:
            opened.append((name, len(made)))
        elif tag[1] and opened and opened[-1][0] == name:
            _close(made, name, opened.pop()[1])
    made.append(text.translate(MARKS)[end:])
    return resolved("".join(made))


def styled_as(attributes: str) -> str:
    """`sup`, `sub` or `s`, where its style or its class makes an element one of these; else nothing."""
    small = attributes.lower()
    if not any(map(small.__contains__, _TELLING)):
        return ""
    if _NOTE.search(attributes):
        return "sup"
    found = _STYLE.search(attributes)
    return next(filter(None, found.groups()), "s").lower() if found else ""


def _unstyled(found: re.Match[str]) -> str:
    name = styled_as(found[2])
    return f"<{name}>{found[3]}</{name}>" if name else found[0]


def _pair(found: re.Match[str]) -> str:
    kind, first, second = found[1].lower(), found[2], found[3]
    return f"{first}/{second}" if kind == "mfrac" else f"{first}<{kind[1:]}>{second}</{kind[1:]}>"


def _close(made: list[str], name: str, start: int) -> None:
    words = "".join(made[start:])
    del made[start:]
    if name in {"sup", "sub", "inf"}:
        made += [RAISED if name == "sup" else LOWERED, _ANY_TAG.sub("", words), LEVEL]
    elif name not in _STRUCK:
        made.append(words)


def _stays(words: str, small: str, before: str, after: str) -> bool:
    """Ordinals (7th), signs that are no number (®, *, [1]), and a raised letter in the middle of a word (McDonald)."""
    if not words or _SIGNS.fullmatch(words):
        return True
    ordinal = small in _ORDINALS and (before.isdecimal() or (small == "th" and before.isalpha()))
    inside = words.isalpha() and before.isalpha() and after.isalpha()
    alone = words.isalpha() and not before.strip()
    return ordinal or inside or alone or _is_raised_already(words)


def _is_raised_already(words: str) -> bool:
    return not any(char in _HIGH or unicodedata.category(char) in {"Lu", "Ll", "Nd"} for char in words)


def _in(table: dict[str, str], words: str) -> str:
    """The words in these characters; empty where one of them has none."""
    body = words.rstrip(".")
    plain = body.translate(_HYPHENS)
    # An en dash before a figure, with nothing before it, is a minus.
    plain = f"-{plain[1:]}" if plain[:1] == "–" and plain[1:2].isdecimal() else plain
    if not plain or not all(char in table or char in _BETWEEN or char in table.values() for char in plain):
        return ""
    return "".join(table.get(char, char) for char in plain) + words[len(body) :]
