"""Elements that stand for signs: raised and lowered words, quotation marks, formulas, pictures of a character."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from digest.sources.raised import LEVEL, LOWERED, RAISED

#: A picture's alternative text up to this many characters may be a sign, such as an emoji.
LONGEST_SIGN = 8
#: One that is a formula may be longer.
LONGEST_FORMULA = 100

_FORMULA = re.compile(r"(?<![a-z])(?:latex|math|mathjax|tex|equation|formula)(?![a-z])", re.IGNORECASE)
_STYLED = re.compile(r"\{\\\w{1,20}style\s(.*)\}", re.DOTALL)
_QUOTED = re.compile(r"\s{0,9}[\"'“‘«„]")
#: MathML: which of its children is raised, lowered, or neither.
_SCRIPTS: Final = {
    "msup": (RAISED,),
    "msub": (LOWERED,),
    "msubsup": (LOWERED, RAISED),
    "munderover": (LOWERED, RAISED),
    "mover": (),
    "munder": (),
}
#: Elements that stand for a sign themselves, and those in which all do by their place.
SIGNS: Final = frozenset({"img", "mfenced", "msqrt", "q", "sub", "sup"})
FORMULAS: Final = frozenset({"mfenced", "mfrac", "mroot", *_SCRIPTS})


def before(element: etree._Element) -> str:
    """What is written before an element's own words."""
    tag = str(element.tag)
    if tag == "sup":
        return RAISED
    if tag == "sub":
        return LOWERED
    if tag == "q":
        return "" if _QUOTED.match(element.text or "") else "“"
    if tag == "img":
        return element.get("alt") or ""
    if tag in {"msqrt", "mfenced"}:
        return _mark_in_formula(element) + ("√(" if tag == "msqrt" else "(")
    return _mark_in_formula(element)


def behind(element: etree._Element) -> str:
    """What is written behind them."""
    tag = str(element.tag)
    if tag in {"sup", "sub"}:
        return LEVEL
    if tag == "q":
        return "" if _QUOTED.match(element.text or "") else "”"
    end = ")" if tag in {"msqrt", "mfenced"} or _parent_tag(element) == "mroot" else ""
    return end + (LEVEL if _mark_in_formula(element) in {RAISED, LOWERED} else "")


def sign_of(image: etree._Element) -> str:
    """A picture's alternative text where it stands for a character or a formula; else nothing."""
    text = (image.get("alt") or "").strip()
    # A keycap is a figure made an emoji by what follows it.
    if 0 < len(text) <= LONGEST_SIGN and ("\ufe0f" in text or not any(map(str.isalnum, text))):
        return text
    is_formula = _FORMULA.search(" ".join((image.get("class") or "", image.get("role") or "")))
    if not is_formula or len(text) > LONGEST_FORMULA:
        return ""
    styled = _STYLED.fullmatch(text)
    return styled[1] if styled else text


def _mark_in_formula(element: etree._Element) -> str:
    """What its place in a fraction, a root or the like says; the third root is the power of 1/3."""
    tag, parent = _parent_tag(element), element.getparent()
    if parent is None or tag not in FORMULAS:
        return ""
    place = parent.index(element)
    if tag == "mfenced":
        return ", " if place else ""
    if tag == "mfrac":
        return "/" if place == 1 else ""
    if tag == "mroot":
        return "^(1/" if place else "("
    marks = _SCRIPTS[tag]
    return marks[place - 1] if 0 < place <= len(marks) else ""


def _parent_tag(element: etree._Element) -> str:
    parent = element.getparent()
    return parent.tag if parent is not None and isinstance(parent.tag, str) else ""
