"""The links of a real mail: a scanner that opens them all changes nothing, and no link does another one's work."""

from __future__ import annotations

import itertools
import re
import sqlite3
from pathlib import Path

import pytest

from digest.press import PATHS
from digest.tokens import Purpose, Subject
from tests.web.conftest import BASE, Desk
from tests.web.readers import FORGED, a_reader, an_issue, html_of, link, mail_of, posted, reader

#: How programs ask that look a mail over before, or instead of, its reader.
SCANNERS = [{}, {"sec-purpose": "prefetch"}, {"purpose": "prefetch", "user-agent": "LinkScanner"}]
PAGES = [purpose for purpose in Purpose if purpose in PATHS]


def kept(folder: Path) -> list[str]:
    """All that stands in the database."""
    with sqlite3.connect(folder / "digest.db") as connection:
        dump = list(connection.iterdump())
    connection.close()
    return dump


def links_of(desk: Desk) -> set[str]:
    """Every link to us in the last mail: of its HTML, its text, its headers."""
    mail = mail_of(desk)
    text = mail.get_body(("plain",))
    assert text is not None
    everything = f"{html_of(mail)}\n{text.get_content()}\n{mail['list-unsubscribe']}"
    return {found.removeprefix(BASE) for found in re.findall(rf"{re.escape(BASE)}/[\w/-]+", everything)}


def test_a_scanner_that_opens_every_link_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    """GET, HEAD and prefetch of each link in an issue and in a letter: nothing is written, and nobody is mailed."""
    ada = a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    an_issue(desk)
    paths = links_of(desk)
    assert {path.split("/")[1] for path in paths} == set(PATHS.values()) and any("/less/" in path for path in paths)
    desk.browser().post(f"{link(desk, Purpose.PREFERENCES, ada.id)}/erase")
    posted(desk)
    paths |= links_of(desk)
    before, mails = kept(tmp_path), posted(desk)
    browser = desk.browser()
    for path, headers in itertools.product(sorted(paths), SCANNERS):
        assert browser.get(path, headers=headers).status_code == browser.head(path, headers=headers).status_code == 200
    assert kept(tmp_path) == before and posted(desk) == mails


def test_the_text_of_a_mail_is_not_flooded_with_links(desk: Desk) -> None:
    """Its HTML has two links for each item; the text, where a link is all of its letters, one for all of them."""
    a_reader(desk, "ada@example.org", "vision", "fatigue-sleep")
    an_issue(desk)
    text = mail_of(desk).get_body(("plain",))
    assert text is not None
    said = " ".join(text.get_content().split())
    assert re.search(r"Less or more of something you read here\? .{0,60}: \S+/p/[\w-]{38} ", said)
    assert said.count("/p/") == 1 and html_of(mail_of(desk)).count("/less/") >= 2


@pytest.mark.parametrize(
    ("page", "purpose"), [pair for pair in itertools.product(PAGES, Purpose) if pair[0] != pair[1]]
)
def test_a_link_does_no_other_links_work(desk: Desk, page: Purpose, purpose: Purpose) -> None:
    """Each purpose is noise on every other page; the answer is that for any wrong link."""
    ada = a_reader(desk)
    token = desk.digest.signer.sign(purpose, Subject(subscriber_id=ada.id, issue_id=1))
    browser = desk.browser()
    answer = browser.get(f"/{PATHS[page]}/{token}")
    assert answer.status_code == 404 and answer.text == browser.get(f"/u/{FORGED}").text


def test_a_changed_letter_breaks_a_link(desk: Desk) -> None:
    """Wherever it stands: nobody can walk from one reader to the next."""
    path = link(desk, Purpose.UNSUBSCRIBE, a_reader(desk).id)
    browser = desk.browser()
    for place in range(3, len(path) - 1):
        other = "A" if path[place] != "A" else "B"
        assert browser.post(f"{path[:place]}{other}{path[place + 1 :]}").status_code == 404
    assert reader(desk).status == "active"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("GET", "/u"), ("POST", "/archive"), ("PUT", "/join")]
)
def test_where_nothing_is_says_so_kindly(desk: Desk, method: str, path: str) -> None:
    """With a way on, and no word of machines."""
    answer = desk.browser().request(method, path)
    assert answer.status_code in (404, 405) and "There is no such page" in answer.text
    assert "Not Found" not in answer.text and "Allowed" not in answer.text and 'href="/join"' in answer.text


def test_the_same_links_are_refused_alike(desk: Desk) -> None:
    """Of somebody erased, forged, cut, or too long: one status, one page, the same headers."""
    known = link(desk, Purpose.PREFERENCES, a_reader(desk).id)
    gone = link(desk, Purpose.PREFERENCES, 4_711)
    answers = [desk.browser().get(path) for path in (gone, f"/p/{FORGED}", known[:-1], known + "A")]
    assert len({(one.status_code, one.text, tuple(sorted(one.headers.items()))) for one in answers}) == 1
