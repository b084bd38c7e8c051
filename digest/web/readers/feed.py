"""The archive for machines: a feed of whole issues, and a map of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree, html

from digest.archive import Archived, PublicIssue
from digest.models import Newsletter

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: When a feed without issues was last changed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom(newsletter: Newsletter, editions: Sequence[Archived]) -> bytes:
    """The feed (RFC 4287), the latest issue first, each with its whole text."""
    root = newsletter.base_url
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", newsletter.language)
    _add(feed, "id", f"{root}/archive")
    _add(feed, "title", newsletter.name)
    _add(feed, "updated", _instant(max((one.of.changed for one in editions), default=_NEVER)))
    _add(_add(feed, "author"), "name", newsletter.sender_name)
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{root}/archive/feed.atom")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{root}/archive")
    for one in editions:
        url = f"{root}/archive/{one.of.label}"
        entry = _add(feed, "entry")
        _add(entry, "id", url)
        _add(entry, "title", one.subject)
        _add(entry, "updated", _instant(one.of.changed))
        _add(entry, "published", _instant(one.of.published))
        _add(entry, "link", rel="alternate", type="text/html", href=url)
        _add(entry, "summary", one.preheader)
        _add(entry, "content", _inside(one.html), type="html")
    return _written(feed)


def sitemap(base_url: str, issues: Sequence[PublicIssue]) -> bytes:
    """The pages of the archive with the day each was last changed."""
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})
    pages = [("/archive", max((one.published for one in issues), default=None))]
    pages += [(f"/archive/{one.label}", one.changed) for one in issues]
    for path, changed in pages:
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = f"{base_url}{path}"
        if changed is not None:
            etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = f"{changed:%Y-%m-%d}"
    return _written(root)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _inside(page: str) -> str:
    """What stands in the body of a page, without the line that inboxes show beside the subject."""
    root = html.document_fromstring(page)
    body = root.body if root.body is not None else root
    for hidden in body.find_class("preheader"):
        hidden.drop_tree()
    return "".join(str(html.tostring(child, encoding="unicode")) for child in body)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
