"""axe, a judge of accessibility: what it finds on a page."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
#: What another scheme of colours can change.
COLOURS = ("color-contrast", "link-in-text-block")
_AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: What is no fault is not worked out to the last detail: on a long page that takes as long as all the rest. And a frame
#: would be waited for and asked nothing, for axe is not in it.
_JUDGED = """async ([exclude, runOnly, off]) => {
  const rules = Object.fromEntries(off.map(rule => [rule, {enabled: false}]));
  const options = {rules, resultTypes: ['violations'], iframes: false, ...(runOnly && {runOnly})};
  return (await axe.run({include: [document], exclude}, options))
    .violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')); }"""
#: The outermost elements of which everything was there before: with words or without, in the same look, inside of what
#: looks the same. A link is judged by the words around it, too, and so it is never the same.
_ALIKE = """() => {
  const asked = ['display', 'visibility', 'position', 'clip', 'clipPath', 'left', 'top', 'color', 'backgroundColor',
    'backgroundImage', 'opacity', 'filter', 'textShadow', 'mixBlendMode', 'fontSize', 'fontWeight'];
  const worded = (e) => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim().length > 1) || Boolean(e.value);
  const looks = new Map(), seen = new Set(), alike = new Set(), elements = [...document.querySelectorAll('body *')];
  for (const e of elements) {
    const style = getComputedStyle(e);
    const own = [e.tagName, worded(e), ...asked.map(name => style[name])].join('|');
    const look = (looks.get(e.parentElement) || '') + own + '/';
    looks.set(e, look);
    if (seen.has(look) && e.tagName !== 'A') alike.add(e);
    seen.add(look);
  }
  for (const e of elements.reverse()) if ([...e.children].some(child => !alike.has(child))) alike.delete(e);
  return [...alike].filter(e => !alike.has(e.parentElement)); }"""


def load(page: Page) -> None:
    """Bring axe into the page, to be asked as often as one likes."""
    page.evaluate(_AXE)


def faults(page: Page, *tags: str, besides: Sequence[str] = ()) -> list[str]:
    """What breaks a rule with one of these tags, as the page looks now; without tags any rule `besides` these."""
    judged_by = {"type": "tag", "values": tags} if tags else None
    whole = page.evaluate(_JUDGED, [[], judged_by, [*COLOURS, *besides]])
    return whole + faults_of_colour(page)


def faults_of_colour(page: Page) -> list[str]:
    """What breaks a rule about colours; of elements that look alike one is judged."""
    alike = page.evaluate_handle(_ALIKE)
    return page.evaluate(_JUDGED, [alike, {"type": "rule", "values": COLOURS}, []])
