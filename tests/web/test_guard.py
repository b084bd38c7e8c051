"""What every page goes out with, and what is not answered at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.web.guard import LONGEST_BODY
from tests.web.conftest import EDITOR, Desk, Opener


@pytest.mark.parametrize("path", ["/desk/sign-in", "/nothing", "/healthz", "/look.css"])
def test_every_answer_is_guarded(desk: Desk, path: str) -> None:
    """Nothing from elsewhere runs in a page or frames it, and its address is told to nobody."""
    headers = desk.browser().get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "noindex" in headers["x-robots-tag"]


def test_pages_hold_nothing_their_policy_forbids(desk: Desk) -> None:
    """No style or script stands in a page itself."""
    page = desk.of(EDITOR).get("/desk").text
    assert "<style" not in page and " style=" not in page and "<script>" not in page and " onclick" not in page


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("localhost:1", 303), ("127.0.0.1", 303)])
def test_only_our_own_names_are_answered(desk: Desk, host: str, status: int) -> None:
    """A name of somebody else's that is made to lead to this machine gets nowhere."""
    assert desk.browser().get("/desk", headers={"host": host}).status_code == status


def test_health_is_told_under_any_name(desk: Desk) -> None:
    """A load balancer asks by number."""
    assert desk.browser().get("/healthz", headers={"host": "10.0.0.7"}).text == "alive\n"


def test_a_body_that_is_too_long_is_not_read(desk: Desk) -> None:
    """Whether it says so beforehand or not."""
    browser = desk.browser()
    assert browser.post("/desk/sign-out", content=b"x" * (LONGEST_BODY + 1)).status_code == 413


def test_strict_transport_is_asked_for_by_https_alone(open_desk: Opener) -> None:
    """On this very machine there is none."""
    assert "strict-transport-security" not in open_desk().browser().get("/healthz").headers
    secure = open_desk(base_url="https://news.example.org").browser()
    assert "max-age" in secure.get("/healthz").headers["strict-transport-security"]


def test_a_site_may_stand_below_a_path(open_desk: Opener) -> None:
    """Whether the proxy takes the path away or leaves it, and links in pages have it."""
    desk = open_desk(base_url="https://example.org/news")
    for path in ("/desk/sign-in", "/news/desk/sign-in"):
        page = desk.browser(base="https://example.org").get(path)
        assert page.status_code == 200 and 'href="/news/look.css"' in page.text


def test_the_style_sheet_has_the_newsletters_colour(open_desk: Opener) -> None:
    """One accent in, and pages match the mails."""
    sheet = open_desk(accent="#7a1fa2").browser().get("/look.css")
    assert sheet.headers["content-type"].startswith("text/css") and "#7a1fa2" in sheet.text


def test_what_is_not_there_is_said_on_a_page(desk: Desk) -> None:
    """A person reads a page, a program problem+json."""
    browser = desk.browser()
    assert "There is no such page" in browser.get("/nothing").text
    problem = browser.get("/api/v1/nothing")
    assert problem.headers["content-type"] == "application/problem+json" and problem.json()["status"] == 404


def test_a_mistake_of_ours_is_told_without_its_inside(open_desk: Opener) -> None:
    """A page says that something failed, and no more."""
    desk = open_desk()

    @desk.app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the inside")

    from starlette.testclient import TestClient

    with TestClient(desk.app, base_url="http://localhost", raise_server_exceptions=False) as browser:
        answer = browser.get("/broken")
    assert answer.status_code == 500 and "the inside" not in answer.text


def test_a_dead_database_is_not_ready(desk: Desk, tmp_path: Path) -> None:
    """It lives, but nobody should be sent there until its database answers."""
    browser = desk.browser()
    assert browser.get("/readyz").status_code == 200
    desk.digest.close()
    for file in tmp_path.glob("digest.db*"):
        file.write_bytes(b"no database" * 1_000)
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200
