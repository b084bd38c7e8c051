"""What of a page nobody is meant to read is taken out of its tree; what only looks so stays.

Hidden text is not printed, but the closed panel of an accordion is content. A form is a box to type into, but some
sites put the whole page into one. A class or an id that sounds like furniture says little: sites make them of
headings, too ("social-support", "comments-on-limits").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from functools import cached_property
from itertools import islice
from typing import Final

from lxml import etree

from digest.sources.asides import mark_aside
from digest.sources.boxes import (
    beside,
    has_prose,
    headings_in,
    is_mostly_links,
    is_title,
    own_words,
    stands_in_words,
    words_in,
)
from digest.sources.marks import forget_names_of, is_about_something, is_marked
from digest.sources.raised import styled_as
from digest.sources.signs import sign_of
from digest.sources.walk import heading_level, is_block

#: Words at the beginning of a box without a heading that may say what it is about.
MOST_WORDS = 30
#: Characters of a heading that names may be made of.
MOST_NAMED = 200
#: Elements with marks of furniture, and hidden ones, that are looked at more closely.
MOST_MARKED = 400
#: Elements of a box, if it may be one around a single text.
MOST_BESIDE = 20

Known = Callable[[str], bool]

_HIDDEN = re.compile(r"(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)(?![\w-])", re.IGNORECASE)
_SPOKEN = re.compile(
    r"(?<!not-)(?<![a-z])(?:sr-only|visually[-_]?hidden|screen-?reader-(?:text|only)|a11y-hidden|element-invisible)(?![\w-])"
)
#: Styles by which a text can only be heard: out of the window, or without any size.
_UNSEEN = re.compile(
    r"(?<![\w-])(?:(?:left|right|top|text-indent|margin-left)\s{0,9}:\s{0,9}-\d{4}|font-size\s{0,9}:\s{0,9}0(?![\d.])"
    r"|clip\s{0,9}:\s{0,9}rect\(\s{0,9}[01]|clip-path\s{0,9}:\s{0,9}inset\(\s{0,9}(?:50|100)%"
    r"|opacity\s{0,9}:\s{0,9}0(?![\d.]))",
    re.IGNORECASE,
)
#: What scripts move into sight as the page is scrolled.
_MOVING = re.compile(r"transform|transition|animat|filter|fade|aos|reveal|wow", re.IGNORECASE)
_DIALOGS: Final = frozenset({"dialog", "alertdialog"})
_STRUCK: Final = frozenset({"del", "s", "strike"})
#: Elements that by their names hold no content, and sometimes do.
_DOUBTFUL: Final = frozenset({"aside", "footer", "form", "nav"})
#: Elements that are read where they are all that stands below the heading of a section.
_SELDOM_READ: Final = frozenset({"dialog", "figcaption", "object"})
_JUDGED: Final = _STRUCK | _DOUBTFUL | _SELDOM_READ | {"a", "button"}
#: Elements of which a style may make a raised or a lowered word.
_STYLED: Final = frozenset({"a", "button", "span"})
_NOTE_MARK = re.compile(r"[\d,–*†‡§-]{1,7}|[a-z]")
_ONLY_SIGNS = re.compile(r"[\W_]{1,4}")
_PANELS: Final = frozenset({"article", "dd", "div", "dl", "fieldset", "ol", "section", "ul"})
_REFERENCES: Final = ("aria-controls", "data-target", "data-bs-target", "href")
_COPYRIGHT = re.compile(r"©|\(c\)\s{0,3}\d|copyright|all rights reserved", re.IGNORECASE)


def take_out(root: etree._Element, *, known: Known, forgotten: Set[str] = frozenset()) -> None:
    """Empty what is not to be read.

    Args:
        root: the tree, which is changed.
        known: whether a heading with this text announces a section of a summary.
        forgotten: elements of these names were opened and never closed, so nobody knows what belongs in them.
    """
    for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        forget_names_of(heading, words_in(heading)[:MOST_NAMED])
    for button in list(root.iter("button")) if "button" in forgotten else ():
        if any(map(is_block, button.iterdescendants("*"))):
            button.tag, button.text = "div", None
    judge = _Judge(root, known, struck=_STRUCK.isdisjoint(forgotten))
    for element in _inside(root):
        if element.tag == "img":
            element.set("alt", sign_of(element))
            continue
        if element.attrib:
            _turn_styled(element)
        mark_aside(element)
        if (element.attrib or element.tag in _JUDGED) and judge.is_gone(element):
            judge.look_at_all()  # before anything is emptied
            _empty(element)


def _turn_styled(element: etree._Element) -> None:
    """What is raised, lowered or struck out by its style, or is the bare mark of a note, is named so."""
    tag = str(element.tag)
    named = styled_as(f"{element.get('style')} {element.get('class')} {element.get('role')}")
    if tag == "a" and not named and _is_note_mark(element):
        named = "sup"
    is_raised_already = named == "sup" and any(around.tag == "sup" for around in element.iterancestors())
    if (named == "s" or (named and tag in _STYLED)) and not is_raised_already:
        element.tag = named


def _is_note_mark(link: etree._Element) -> bool:
    """A link to a place on this page that hangs on a word: 40<a>1</a> people are 40."""
    before, parent = link.getprevious(), link.getparent()
    left = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    is_on_page = (link.get("href") or "").startswith("#")
    return is_on_page and bool(left[-1:].strip()) and _NOTE_MARK.fullmatch(words_in(link)) is not None


def _inside(root: etree._Element) -> Iterator[etree._Element]:
    """All elements in a tree, from top to bottom, those of an element that was emptied left out."""
    waiting = list(reversed(root))
    while waiting:
        element = waiting.pop()
        if isinstance(element.tag, str):
            yield element
            waiting.extend(reversed(element))


class _Judge:
    """Says of the elements of one tree which are not to be read."""

    def __init__(self, root: etree._Element, known: Known, *, struck: bool) -> None:
        self._known = known
        self._struck = struck
        self._root = root
        self._marked = 0

    def look_at_all(self) -> tuple[int, frozenset[str]]:
        """How long the whole text is, and the panels in it, as they were when this was first asked."""
        return self._all

    @cached_property
    def _all(self) -> tuple[int, frozenset[str]]:
        return sum(map(len, self._root.itertext())) or 1, _panels(self._root)

    def is_gone(self, element: etree._Element) -> bool:
        """Whether to empty it; what stays is called nothing else than content."""
        tag = str(element.tag)
        if tag == "button":
            return not (_turn_button(element) or self._turn_name(element))
        if tag in _SELDOM_READ:
            return not (_captions_text(element) or self._is_section_alone(element))
        if tag == "a":
            return _is_heading_sign(element)
        if tag in _STRUCK:
            return self._struck
        if _SPOKEN.search(element.get("class") or "") or self._is_out_of_sight(element):
            # "Opens in a new window"; a heading may be made for screen readers alone and name what all can see.
            return not is_block(element) or not any(map(heading_level, element.iter()))
        hidden = _is_hidden(element)
        if not hidden and tag not in _DOUBTFUL and (not is_marked(element) or stands_in_words(element)):
            return False
        self._marked += 1
        if self._marked > MOST_MARKED:
            return hidden or tag == "nav"
        return self._is_hidden_for_good(element) if hidden else self._is_furniture(element)

    def _is_out_of_sight(self, element: etree._Element) -> bool:
        style = element.get("style")
        if not style:
            return False
        moves = "opacity" in style.lower() and _MOVING.search(f"{style} {element.get('class')}")
        if moves or not _UNSEEN.search(style):
            return False
        self._marked += 1
        return self._marked > MOST_MARKED or not (self._is_all(element) or self._is_only_section(element))

    def _is_most(self, element: etree._Element) -> bool:
        whole, _ = self._all
        return sum(map(len, element.itertext())) * 2 >= whole and has_prose(element)

    def _is_all(self, element: etree._Element) -> bool:
        """True where nothing would be left to read without it: the page waits for its scripts."""
        if not self._is_most(element):
            return False
        stand_in = etree.Element("div")
        parent = element.getparent()
        if parent is None:
            return True
        parent.replace(element, stand_in)
        empty = not has_prose(self._root)
        parent.replace(stand_in, element)
        return empty

    def _is_hidden_for_good(self, element: etree._Element) -> bool:
        """Not so the panel of an accordion, a section that stands nowhere else, a page hidden until its scripts run."""
        _, panels = self._all
        is_panel = element.get("id") in panels or element.get("role") == "tabpanel" or self._stands_alone(element)
        is_panel = is_panel and element.get("role") not in _DIALOGS and element.get("aria-modal") is None
        shown = (is_panel and has_prose(element, 1)) or self._is_only_section(element) or self._is_all(element)
        if shown:
            _unmark(element)
        return not shown

    def _stands_alone(self, panel: etree._Element) -> bool:
        """The only thing below a heading: without it, the heading would name nothing."""
        above, below = beside(panel, -1), beside(panel, 1)
        if panel.tag not in _PANELS or above is None or above.tag == "h1" or not self._names(above):
            return False
        return below is None or self._names(below)

    def _names(self, element: etree._Element) -> bool:
        return is_title(element) or self._known(words_in(element))

    def _is_section_alone(self, element: etree._Element) -> bool:
        """All that stands below the heading of a section."""
        element = _widest(element)
        above, below = beside(element, -1), beside(element, 1)
        is_below = above is not None and self._known(words_in(above))
        return is_below and has_prose(element) and (below is None or self._names(below))

    def _turn_name(self, button: etree._Element) -> bool:
        """A plain button becomes a heading where it names a section, or is one of several that each name a text."""
        if self._known(words_in(button)) or button in self._names_of_texts:
            button.tag = "h6"
        return button.tag == "h6"

    @cached_property
    def _names_of_texts(self) -> frozenset[etree._Element]:
        """Buttons of one class with a text of its own below each, as an accordion without any marks has them."""
        kinds: dict[str, dict[str, etree._Element]] = {}
        for button in self._root.iter("button"):
            below = beside(_widest(button), 1)
            if button.get("class") and below is not None and below.tag in _PANELS and has_prose(below):
                kinds.setdefault(button.get("class") or "", {})[words_in(button)] = button
        return frozenset(button for kind in kinds.values() if len(kind) > 1 for button in kind.values())

    def _is_only_section(self, element: etree._Element) -> bool:
        """A copy for narrow screens says nothing new."""
        own = {name for name in map(words_in, headings_in(element)) if self._known(name)}
        inside = set(element.iter())
        others = {words_in(one) for one in headings_in(self._root) if one not in inside} if own else set()
        return bool(own - others)

    def _is_furniture(self, element: etree._Element) -> bool:
        tag = str(element.tag)
        if tag == "nav":
            return not (self._holds_section(element) and has_prose(element))
        # A wrapper may be called `has-sidebar`.
        if self._is_most(element) or element.find(".//h1") is not None:
            element.tag = "div" if tag in _DOUBTFUL else tag
            return False
        if self._holds_section(element):
            _unmark(element)
            return False
        if (tag == "form" and _asks(element)) or is_mostly_links(element) or not has_prose(element):
            return tag in _DOUBTFUL or not _is_about_something(element)
        if tag == "footer" and not _is_of_article(element):
            return True
        if tag in _DOUBTFUL or _is_about_something(element):
            _unmark(element)
        return False

    def _holds_section(self, element: etree._Element) -> bool:
        return any(self._known(words_in(heading)) for heading in headings_in(element))


def _asks(form: etree._Element) -> bool:
    """A form to type into; some only stand around a text."""
    return form.find(".//input") is not None or form.find(".//button") is not None


def _widest(element: etree._Element) -> etree._Element:
    """The largest box around an element in which no other words stand."""
    words = words_in(element)
    parent = element.getparent()
    while parent is not None and parent.tag != "body" and _is_small(parent) and words_in(parent) == words:
        element, parent = parent, parent.getparent()
    return element


def _is_small(box: etree._Element) -> bool:
    # To ask for the length of a long one takes its time.
    return next(islice(box, MOST_BESIDE, None), None) is None


def _is_about_something(element: etree._Element) -> bool:
    """By its name, and with a sentence in it."""
    heading = next((words_in(one) for one in headings_in(element) if heading_level(one)), "")
    said = heading or " ".join(words_in(element).split()[:MOST_WORDS])
    return is_about_something(element, said) and not is_mostly_links(element) and has_prose(element, 1)


def _is_heading_sign(link: etree._Element) -> bool:
    """The sign by which a heading can be linked to."""
    in_heading = any(heading_level(around) for around in link.iterancestors())
    return in_heading and _ONLY_SIGNS.fullmatch(words_in(link)) is not None


def _turn_button(button: etree._Element) -> bool:
    """A button that names what stands below it becomes a heading, one in a sentence or a heading plain words."""
    if any(heading_level(around) for around in button.iterancestors()):
        button.tag = "span"
        return True
    parent = button.getparent()
    opens = button.get("aria-controls") or button.get("aria-expanded") or button.get("data-bs-target")
    if opens and sum(map(len, button.itertext())) > 1:
        button.tag = "h6"
        return True
    in_sentence = parent is not None and parent.tag in {"p", "li", "td", "dd", "span"} and stands_in_words(button)
    if in_sentence:
        button.tag = "span"
    return in_sentence


def _captions_text(caption: etree._Element) -> bool:
    """What stands under a table or a quotation belongs to it; under a picture, nobody reads it without the picture."""
    figure = caption.getparent() if caption.tag == "figcaption" else None
    return figure is not None and any(
        next(figure.iterdescendants(tag), None) is not None for tag in ("table", "blockquote", "pre")
    )


def _is_hidden(element: etree._Element) -> bool:
    hidden = element.get("hidden")
    if hidden is not None and hidden.lower() != "until-found":
        return True
    if element.get("popover") is not None:
        return True
    return element.get("aria-hidden") == "true" or _HIDDEN.search(element.get("style") or "") is not None


def _is_of_article(footer: etree._Element) -> bool:
    """Real text under an article, and no word of whose site it is."""
    inside = any(around.tag in {"article", "main", "section"} for around in footer.iterancestors())
    return inside and not _COPYRIGHT.search(own_words(footer))


def _panels(root: etree._Element) -> frozenset[str]:
    """The ids of what a heading, a button or a tab opens."""
    names = root.iter("button", "a", "summary", "h1", "h2", "h3", "h4", "h5", "h6", "div", "li")
    return frozenset(
        value.removeprefix("#") for element in names for name in _REFERENCES if (value := element.get(name) or "")
    )


def _empty(element: etree._Element) -> None:
    """Nothing stays of an element but the place where it stood: what is around a block does not run together."""
    tail = element.tail
    is_line = is_block(element)
    element.clear()
    element.tail = tail
    element.tag = "div" if is_line else "span"


def _unmark(element: etree._Element) -> None:
    """What is content is called nothing else: whoever else judges by these words would drop it."""
    for name in ("class", "id", "role", "aria-label", "hidden", "aria-hidden", "style"):
        element.attrib.pop(name, None)
    if element.tag in {"form", "footer", "aside"}:
        element.tag = "div"
