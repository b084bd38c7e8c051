"""Looking back: one's own issue as it was mailed; and the archive for anybody, without a word about a reader."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from lxml import etree, html
from PIL import Image

from digest import approving, correcting
from digest.models import Amendment, Profile
from digest.tokens import Purpose
from tests.web.conftest import EDITOR, Desk, Opener
from tests.web.readers import FORGED, HEADLINES, a_reader, an_issue, html_of, link, mail_of

ATOM = {"a": "http://www.w3.org/2005/Atom"}
PUBLIC = ["/archive", "/archive/2026-11", "/archive/feed.atom", "/archive/2026-11.png", "/sitemap.xml"]


@pytest.fixture
def public(open_desk: Opener) -> Desk:
    """A site with a public archive of one issue, and a reader of it."""
    desk = open_desk(archive=True)
    a_reader(desk, "ada@example.org", "vision", name="Ada Lovelace")
    an_issue(desk)
    return desk


def test_the_web_version_is_the_mail(desk: Desk) -> None:
    """Byte for byte the HTML that was mailed, by the link that stands in it."""
    a_reader(desk, "ada@example.org", "vision", name="Ada")
    an_issue(desk)
    mailed = html_of(mail_of(desk))
    path = re.search(r'href="http://localhost:8000(/w/[^"]+)"', mailed)
    assert path and desk.browser().get(path[1]).content == mailed.encode()


def test_the_web_version_looks_like_itself_and_does_nothing(open_desk: Opener) -> None:
    """Its styles work; it runs nothing, sends nothing, and loads the logo alone."""
    desk = open_desk(logo={"url": "https://static.example.org/logo.png"})
    ada = a_reader(desk, "ada@example.org", "vision")
    issue = an_issue(desk)
    headers = desk.browser().get(link(desk, Purpose.WEB_VERSION, ada.id, issue.id)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox") and "allow-scripts" not in policy and "style-src 'unsafe-inline'" in policy
    assert "img-src data: https://static.example.org/logo.png;" in policy and "form-action 'none'" in policy
    assert headers["x-robots-tag"] == "noindex, nofollow" and headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", ["forged", "of another purpose", "of no mail", "of nobody"])
def test_without_the_right_link_there_is_no_issue(desk: Desk, kind: str) -> None:
    """One page for all links that lead nowhere."""
    ada = a_reader(desk)
    token = {
        "forged": FORGED,
        "of another purpose": link(desk, Purpose.PREFERENCES, ada.id)[3:],
        "of no mail": link(desk, Purpose.WEB_VERSION, ada.id)[3:],
        "of nobody": link(desk, Purpose.WEB_VERSION, 4_711, 1)[3:],
    }[kind]
    answer = desk.browser().get(f"/w/{token}")
    assert answer.status_code == 404 and answer.text == desk.browser().get(f"/u/{FORGED}").text


@pytest.mark.parametrize("path", PUBLIC)
def test_there_is_no_archive_unless_it_is_allowed(desk: Desk, path: str) -> None:
    """Nothing is public by itself."""
    a_reader(desk)
    an_issue(desk)
    answer = desk.browser().get(path)
    assert answer.status_code == 404 and "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_archive_is_for_all(public: Desk, path: str) -> None:
    """Found by search engines, kept by caches, without a cookie and without a word about a reader."""
    answer = public.browser().get(path)
    assert answer.status_code == 200 and answer.headers["x-robots-tag"] == "all"
    assert answer.headers["cache-control"].startswith("public") and "set-cookie" not in answer.headers
    assert not re.search(rb"(?i)ada|lovelace|/[pswu]/[A-Za-z0-9_-]{38}|noindex", answer.content)


def test_an_issue_is_there_whole(public: Desk) -> None:
    """What a reader without interests got, with what other sites show of it and a way back."""
    page = public.browser().get("/archive/2026-11").text
    root = html.document_fromstring(page)
    assert all(headline in page for headline in HEADLINES)
    (card,) = root.xpath("//meta[@property='og:image']/@content")
    assert card == "http://localhost:8000/archive/2026-11.png" and root.xpath("//link[@rel='canonical']")
    assert {"/archive", "/join"} <= set(root.xpath("//nav//a/@href")) and "@media print" in page


def test_a_quiet_month_is_an_issue_like_any_other(open_desk: Opener) -> None:
    """It has a page that says so, and takes neither the feed nor the list down."""
    desk = open_desk(archive=True, days_later=40)
    a_reader(desk, "ada@example.org", profile=Profile(quiet_note=True))
    an_issue(desk)
    approving.approve(
        desk.digest, desk.digest.compose(desk.digest.window("2026-12")).issue, by=EDITOR.name, despite="x"
    )
    browser = desk.browser()
    page = browser.get("/archive/2026-12").text
    assert "nothing new was added" in page and not re.search("you asked", page, re.IGNORECASE)
    assert browser.get("/archive/feed.atom").text.count("<entry>") == 2
    assert HEADLINES[0] in browser.get("/archive/2026-11").text and "2026-12" in browser.get("/archive").text


def test_what_was_put_right_stands_first(public: Desk) -> None:
    """The page of an issue says so before it, and the feed is news again."""
    feed = public.browser().get("/archive/feed.atom").content
    summary = public.digest.store.items(public.digest.issue("2026-11").id)[0].summary
    correcting.write(public.digest, summary.id, "It was <a> quarter.", kind=Amendment.RETRACTED, by=EDITOR.name)
    page = public.browser().get("/archive/2026-11").text
    words = html.document_fromstring(page).find_class("archive-errata")[0].text_content()
    assert summary.entry.headline in words and "withdrawn" in words and "It was <a> quarter." in words
    assert page.index('archive-errata"') < page.index("In this issue")
    later = public.browser().get("/archive/feed.atom").content
    assert b"quarter" in later and b"quarter" not in feed and later.count(b"<entry>") == 1


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_kept_is_not_sent_again(public: Desk, path: str) -> None:
    """Feed readers ask each hour: they are told in a line that nothing is new, by the tag or else by the time."""
    browser = public.browser()
    first = browser.get(path)
    tag, at = first.headers["etag"], first.headers["last-modified"]
    for asked in ({"if-none-match": f'"other", W/{tag}'}, {"if-modified-since": at}, {"if-none-match": "*"}):
        again = browser.get(path, headers=asked)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), asked
        assert again.headers["cache-control"] == first.headers["cache-control"]
    for asked in (
        {"if-none-match": '"other"'},
        {"if-none-match": '"other"', "if-modified-since": at},
        {"if-modified-since": "Sun, 01 Nov 2020 00:00:00 GMT"},
        {"if-modified-since": "lately"},
    ):
        assert browser.get(path, headers=asked).content == first.content, asked
    assert browser.head(path).headers["etag"] == tag


def test_an_issue_is_made_once(public: Desk) -> None:
    """Its page and the feed are kept until something of it is put right."""
    browser = public.browser()
    first = [browser.get(path).content for path in PUBLIC]
    frozen = []
    sa.event.listen(
        public.digest.store.engine,  # type: ignore[attr-defined]
        "before_cursor_execute",
        lambda *given: frozen.append(given[2]) if "frozen_pools" in given[2] else None,
    )
    assert [browser.get(path).content for path in PUBLIC] == first and frozen == []


def test_what_the_desk_just_said_is_for_the_desk(public: Desk) -> None:
    """An editor's browser is shown the same page as everybody's: it may be kept by a cache on the way."""
    browser = public.browser()
    page = browser.get("/archive").content
    browser.cookies.set("digest_said", "Reader 7 is erased")
    assert browser.get("/archive").content == page


def test_the_picture_is_one(public: Desk) -> None:
    """As large as other sites ask for, and theirs to show."""
    answer = public.browser().get("/archive/2026-11.png")
    assert Image.open(BytesIO(answer.content)).size == (1200, 630) and answer.headers["content-type"] == "image/png"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_feed_holds_whole_issues(public: Desk) -> None:
    """RFC 4287: an entry for each, with its full text and nothing that runs."""
    feed = etree.fromstring(public.browser().get("/archive/feed.atom").content)
    for name in ("id", "title", "updated", "author/a:name", "entry/a:id", "entry/a:updated", "entry/a:published"):
        assert feed.findtext(f"a:{name}", namespaces=ATOM), name
    content = feed.find("a:entry/a:content", ATOM)
    assert content is not None and content.get("type") == "html"
    assert all(headline in (content.text or "") for headline in HEADLINES) and "<script" not in (content.text or "")
    assert feed.find("a:link[@rel='self']", ATOM).get("href") == "http://localhost:8000/archive/feed.atom"


def test_search_engines_are_shown_the_archive_alone(public: Desk) -> None:
    """The map names its pages; everything else they are asked to leave."""
    urls = etree.fromstring(public.browser().get("/sitemap.xml").content).xpath("//*[local-name() = 'loc']/text()")
    assert urls == ["http://localhost:8000/archive", "http://localhost:8000/archive/2026-11"]
    robots = public.browser().get("/robots.txt").text.splitlines()
    assert {"Disallow: /", "Allow: /archive", "Sitemap: http://localhost:8000/sitemap.xml"} <= set(robots)


def test_without_an_archive_programs_are_asked_to_leave(desk: Desk) -> None:
    """There is nothing here for them."""
    assert desk.browser().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("label", ["2026-10", "2026-12", "nonsense", "2026-11/x"])
def test_an_issue_that_is_not_public_is_not_there(public: Desk, label: str) -> None:
    """Neither one that never was, nor one that is being made."""
    assert public.browser().get(f"/archive/{label}").status_code == 404


def test_an_archive_may_be_empty(open_desk: Opener) -> None:
    """Before the first issue its pages say so."""
    browser = open_desk(archive=True).browser()
    assert "There is no issue yet" in browser.get("/archive").text
    assert etree.fromstring(browser.get("/archive/feed.atom").content).findtext("a:updated", namespaces=ATOM)
    assert browser.get("/sitemap.xml").status_code == 200
