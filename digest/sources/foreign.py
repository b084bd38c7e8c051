"""Elements of other vocabularies than HTML, made such that a reader of HTML keeps what is in them.

Journals write JATS (`<sec>`, `<jats:p>`), and sites make up names of their own. nh3 drops an element with all that is
in it where its name is one of SVG or of MathML, as `sec`, `list`, `text` and `set` are.
"""

from __future__ import annotations

import re
from typing import Final

from digest.sources.ends import without_scripts
from digest.sources.escaped import KNOWN

#: Elements of MathML that say how a formula looks; in a formula alone they are left as they are.
MATHS: Final = frozenset(
    (
        *(
            "maction",
            "maligngroup",
            "malignmark",
            "menclose",
            "merror",
            "mfenced",
            "mfrac",
            "mglyph",
            "mi",
            "mlabeledtr",
        ),
        *("mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace"),
        *(
            "msqrt",
            "mstyle",
            "msub",
            "msubsup",
            "msup",
            "mtable",
            "mtd",
            "mtext",
            "mtr",
            "munder",
            "munderover",
            "none",
        ),
    )
)
#: What journals' own elements are in HTML.
_MEANT: Final = {
    **dict.fromkeys(("abstract", "ack", "app", "boxed-text", "sec", "sections", "trans-abstract"), "section"),
    **dict.fromkeys(("abstracttext", "para", "simple-para"), "p"),
    **dict.fromkeys(("bold", "b"), "b"),
    **dict.fromkeys(("italic", "i"), "i"),
    **dict.fromkeys(("inf", "sub"), "sub"),
    "disp-quote": "blockquote",
    "list": "ul",
    "list-item": "li",
    "section-title": "title",
    "break": "br",
}
_SECTIONS: Final = frozenset(name for name, meant in _MEANT.items() if meant == "section")
#: How a name begins that was no element's.
MADE_UP = "element-"
#: Prefixes of Microsoft Word, whose elements mark nothing that is seen.
_OF_WORD: Final = frozenset({"o", "st1", "u1", "v", "w", "x"})
#: Of the names that HTML has, those that are looked at all the same.
_PLACES: Final = frozenset({"math", "svg", "title"})

_ORDINARY: Final = KNOWN - MATHS
_USUAL = "|".join(sorted(_ORDINARY - _PLACES))
_TAG = re.compile(
    rf"<(/?)(?!(?:{_USUAL})(?![a-z0-9:-]))(?:([a-z][a-z0-9]{{0,15}}):)?([a-z][a-z0-9]{{0,30}}(?:-[a-z]{{1,20}})?)"
    r"(?=(/?>|\s|/))",
    re.IGNORECASE,
)
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,50})")


def in_html(text: str) -> str:
    """HTML in which every element is one of HTML, one of a formula, or has a name of its own with a hyphen in it.

    A name in angle brackets that no element has, and that is closed nowhere, is characters: "the p <min> we saw".
    """
    tags = set(_NAME.findall(text))
    if all(map(_is_ordinary, {name.lower() for _, name in tags})) or not _has_foreign(text):
        return text
    return _TAG.sub(_Renaming(frozenset(name.lower() for closing, name in tags if closing)).tag, text)


def _is_ordinary(name: str) -> bool:
    """One of HTML, or made up by its site as HTML wants it."""
    return name in _ORDINARY or ("-" in name and ":" not in name and name not in _MEANT)


def _has_foreign(text: str) -> bool:
    """Whether an element outside of drawings and formulas is none of HTML."""
    inside = {"svg": 0, "math": 0}
    for closing, written in _NAME.findall(without_scripts(text)):
        name = written.lower()
        if name in inside:
            inside[name] += -1 if closing else 1
        elif not (_is_ordinary(name) or any(inside.values())):
            return True
    return False


class _Renaming:
    """Goes through the tags of a text from its beginning to its end."""

    def __init__(self, closed: frozenset[str]) -> None:
        self._closed = closed
        #: How many drawings, formulas and sections of a journal are open.
        self._open = {"svg": 0, "math": 0, "section": 0}

    def tag(self, found: re.Match[str]) -> str:
        """What a tag becomes, up to its attributes."""
        closing, prefix, name = found[1], (found[2] or "").lower(), found[3].lower()
        if prefix in _OF_WORD or (self._open["svg"] and name != "svg"):
            return found[0]
        meant = self._meant(prefix, name)
        if meant == "title":
            return f"<{closing}h{min(6, 2 + self._open['section'])}" if prefix or self._open["section"] else found[0]
        if not prefix and not closing and meant.startswith(MADE_UP) and found[4] == ">" and name not in self._closed:
            return f"&lt;{found[3]}"
        if meant in self._open and not found[4].startswith("/"):
            self._open[meant] = max(0, self._open[meant] + (-1 if closing else 1))
        return f"<{closing}{meant}"

    def _meant(self, prefix: str, name: str) -> str:
        if name in MATHS:
            return name if self._open["math"] else f"{MADE_UP}{name}"
        if name in _MEANT and (prefix or name not in _ORDINARY):
            return _MEANT[name]
        if name in _ORDINARY or "-" in name:
            return name
        return f"{MADE_UP}{name}"
