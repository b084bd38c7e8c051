"""Pages compared as trees, not as bytes."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html


def canonical(page: str) -> str:
    """The page parsed and written again, without comments of markers and with white space as one space."""
    tree = lxml_html.document_fromstring(page)
    for element in tree.iter():
        element.text = re.sub(r"\s+", " ", element.text or "").strip(" ")
        element.tail = re.sub(r"\s+", " ", element.tail or "").strip(" ")
    return etree.tostring(tree, encoding="unicode")
