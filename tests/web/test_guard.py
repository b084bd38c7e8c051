"""What every page goes out with, and what is not answered at all."""

from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from digest import access
from digest.errors import InputError
from digest.models import Role
from digest.web.forms import Form, whole
from digest.web.guard import LONGEST_BODY, LONGEST_CALL
from tests.web.conftest import EDITOR, OPERATOR, Desk, Opener
from tests.web.sample import filled


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
    """Whether it says so beforehand or not, and nothing is written down as a mistake of ours."""
    browser = desk.browser()
    assert browser.post("/desk/sign-out", content=b"x" * (LONGEST_BODY + 1)).status_code == 413
    form = {"content-type": "application/x-www-form-urlencoded"}
    pieces = (b"x" * (LONGEST_BODY // 8) for _ in range(9))
    assert browser.post("/join", content=pieces, headers=form).status_code == 413
    token = access.make_token(desk.digest, "a program", Role.OPERATOR)
    pieces = (b"x" * (LONGEST_CALL // 8) for _ in range(9))
    call = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    assert browser.post("/api/v1/import", content=pieces, headers=call).status_code == 413


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


def a_broken_page(desk: Desk, path: str) -> httpx.Response:
    """What a browser is told where we made a mistake."""

    @desk.app.get(path)
    def broken() -> None:
        raise RuntimeError("the inside")

    with TestClient(desk.app, base_url=desk.digest.newsletter.base_url, raise_server_exceptions=False) as browser:
        return browser.get(path)


def test_a_mistake_of_ours_is_told_without_its_inside(desk: Desk) -> None:
    """A page says that something failed, and no more; it is guarded as any other, for its address may be a key."""
    answer = a_broken_page(desk, "/broken")
    assert answer.status_code == 500 and "the inside" not in answer.text
    for name in ("content-security-policy", "referrer-policy", "cache-control"):
        assert answer.headers[name] == desk.browser().get("/desk/sign-in").headers[name]


def test_a_mistake_is_told_to_a_program_below_a_path(open_desk: Opener) -> None:
    """As a problem, not as a page, wherever the site stands."""
    answer = a_broken_page(open_desk(base_url="https://example.org/news"), "/api/v1/broken")
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"


ODD = "9" * 20
#: What each of these is answered with.
ODD_PATHS = {
    f"/desk/subscribers/{ODD}": 422,
    f"/desk/summaries/{ODD}": 422,
    f"/desk/issues/2026-11/preview?reader={ODD}": 422,
    f"/desk/summaries?page={ODD}": 422,
    f"/desk/issues?page={ODD}": 422,
    f"/desk/summaries?age={ODD}&t={ODD}": 200,
    "/desk/summaries?age=\u00b2&t=\u00b2": 200,
}


def test_odd_numbers_are_no_mistake_of_ours(desk: Desk) -> None:
    """What no row can have, and what only looks like a digit."""
    filled(desk.digest)
    operator = desk.of(OPERATOR)
    assert {path: operator.get(path).status_code for path in ODD_PATHS} == ODD_PATHS


@pytest.mark.parametrize("number", ["--1", "\u00b2", "1" * 19, "1_0", "+1", "\u0661"])
def test_a_number_in_a_form_is_plain_digits(number: str) -> None:
    """Anything else is named, and no fault."""
    assert whole(number) is None
    with pytest.raises(InputError, match="no whole number"):
        Form({"on": (number,)}).number("on")


def test_a_host_that_cannot_be_read_is_none_of_ours(desk: Desk) -> None:
    """And a form from such a site is from elsewhere."""
    browser = desk.browser()
    assert browser.get("/desk", headers={"host": "["}).status_code == 421
    assert browser.get("/metrics", headers={"host": "["}).status_code == 401
    headers = {"origin": "http://["}
    assert desk.of(EDITOR).post("/desk/sign-out", headers=headers).status_code == 403


def test_a_dead_database_is_not_ready(desk: Desk, tmp_path: Path) -> None:
    """It lives, but nobody should be sent there until its database answers."""
    browser = desk.browser()
    assert browser.get("/readyz").status_code == 200
    desk.digest.close()
    for file in tmp_path.glob("digest.db*"):
        file.write_bytes(b"no database" * 1_000)
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200
