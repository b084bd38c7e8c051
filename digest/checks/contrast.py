"""Whether the words can be read on what they stand on, by day and by night (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cssselect import GenericTranslator, SelectorError, parse
from lxml.html import HtmlElement

from digest.checks.flaws import Flaw, Rule, Severity
from digest.checks.specimen import Specimen, placed
from digest.checks.styles import colour, declarations, rules
from digest.edition.colours import contrast

#: The least ratio for words of any size.
ENOUGH = 4.5
_PASSED_ON = frozenset({"", "inherit", "unset", "currentcolor", "initial", "transparent", "none"})
_Overrides = Mapping[HtmlElement, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Look:
    """How an element looks, with what it takes over from those around it."""

    ink: str
    ground: str
    hidden: bool = False


#: What clients begin with, and the colour of a link nobody coloured.
_SCHEMES = {
    "by day": (_Look("#000000", "#ffffff"), "#0000ee"),
    "by night": (_Look("#ffffff", "#121212"), "#9e9eff"),
}


def check_contrast(specimen: Specimen) -> Iterator[Flaw]:
    """Words that stand out too little from their background."""
    dark = _dark_rules(specimen)
    for scheme, (start, link) in _SCHEMES.items():
        looks: dict[HtmlElement, _Look] = {}
        for element, key in specimen.elements:
            around = looks.get(element.getparent(), start)  # type: ignore[arg-type]
            look = looks[element] = _look(element, around, link, dark.get(element, {}) if scheme == "by night" else {})
            words = _words(element)
            if words and not look.hidden and contrast(look.ink, look.ground) < ENOUGH:
                yield _flaw(scheme, look, words, key)


def _flaw(scheme: str, look: _Look, words: str, key: str) -> Flaw:
    ratio, shown = contrast(look.ink, look.ground), words[:40].strip()
    flaw = Flaw(
        rule=Rule.CONTRAST,
        severity=Severity.ERROR,
        message=f"{scheme}, {look.ink} on {look.ground} has a contrast of {ratio:.1f} to 1, as in “{shown}”",
        advice=f"choose colours with at least {ENOUGH} to 1, in the template or as newsletter.accent",
    )
    return placed(flaw, key)


def _words(element: HtmlElement) -> str:
    """The words an element holds itself, not through others."""
    if element.tag in ("style", "title", "head", "script"):
        return ""
    return " ".join(filter(None, [(element.text or "").strip(), *((child.tail or "").strip() for child in element)]))


def _look(element: HtmlElement, around: _Look, link: str, overrides: Mapping[str, str]) -> _Look:
    own = {**declarations(element.get("style", "")), **overrides}
    ground = own.get("background-color") or own.get("background") or element.get("bgcolor") or ""
    ink = own.get("color", "")
    usual = link if element.tag == "a" and "color" not in own else around.ink
    return _Look(
        ink=_read(ink, usual),
        ground=_read(ground, around.ground),
        hidden=around.hidden or own.get("display") == "none" or element.tag == "head",
    )


def _read(value: str, otherwise: str) -> str:
    return otherwise if value in _PASSED_ON else colour(value) or otherwise


def _dark_rules(specimen: Specimen) -> _Overrides:
    """What the kept styles change by night, per element; of two rules the more specific one, then the later."""
    found: dict[HtmlElement, list[tuple[tuple[int, int, int], int, Mapping[str, str]]]] = {}
    order = 0
    for style in specimen.root.iter("style"):
        for rule in rules(style.text or ""):
            if any("prefers-color-scheme" in one and "dark" in one for one in rule.inside):
                for selector in rule.selectors:
                    order += 1
                    for element, weight in _chosen(specimen.root, selector):
                        found.setdefault(element, []).append((weight, order, rule.declarations))
    return {element: _cascade(given) for element, given in found.items()}


def _cascade(given: list[tuple[tuple[int, int, int], int, Mapping[str, str]]]) -> Mapping[str, str]:
    ordered = sorted(given, key=lambda one: one[:2])
    return {name: value for _, _, declared in ordered for name, value in declared.items()}


def _chosen(root: HtmlElement, selector: str) -> Iterator[tuple[HtmlElement, tuple[int, int, int]]]:
    try:
        (parsed,) = parse(selector)
        path = GenericTranslator().selector_to_xpath(parsed)
    except (SelectorError, ValueError):
        return  # a selector only some clients know; nothing can be said about it here
    for element in root.xpath(path):
        yield element, parsed.specificity()
