"""Readers at the desk: for operators alone, counts first, and no address in any url."""

from __future__ import annotations

import json
import re
import threading
import time

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from digest import approving, departures
from digest.models import FeedbackKind, SubscriberStatus, Suppression
from digest.web.shelf import Shelf
from tests.factories import NOW
from tests.web.conftest import EDITOR, OPERATOR, Desk, csrf
from tests.web.sample import filled

HERE = "/desk/subscribers"
FILE = """email,name,interests,consent_at,consent_method
new@example.org,New,pml,2026-01-01,paper form
ada@example.org,Ada,,,
"""


@pytest.fixture
def operator(desk: Desk) -> TestClient:
    departures.send(desk.digest, approving.approve(desk.digest, filled(desk.digest), by="ada@example.org"))
    return desk.of(OPERATOR)


def press(browser: TestClient, path: str, **fields: object) -> httpx.Response:
    return browser.post(f"{HERE}{path}", data={"csrf": csrf(browser.get("/desk")), **fields})


def upload(browser: TestClient, text: str, name: str = "readers.csv") -> httpx.Response:
    fields = {"csrf": csrf(browser.get("/desk"))}
    return browser.post(f"{HERE}/import", data=fields, files={"file": (name, text.encode())})


def kept(page: httpx.Response) -> str:
    return re.search(r'name="kept" value="([0-9a-f]+)"', page.text)[1]


@pytest.mark.parametrize("path", ["", "/1", "/1/export.json", "/1/erase", "/export.csv"])
def test_editors_see_no_reader(desk: Desk, path: str) -> None:
    """Who the readers are is for operators alone."""
    filled(desk.digest)
    answer = desk.of(EDITOR).get(f"{HERE}{path}")
    assert answer.status_code == 403 and "ada@example.org" not in answer.text


@pytest.mark.parametrize("path", ["/find", "/1/unsubscribe", "/1/erase", "/import", "/import/do"])
def test_editors_do_nothing_to_a_reader(desk: Desk, path: str) -> None:
    """Nor can they with a form of their own."""
    filled(desk.digest)
    assert press(desk.of(EDITOR), path, address="ada@example.org").status_code == 403
    assert desk.digest.store.subscriber(1).status is SubscriberStatus.ACTIVE


def test_counts_come_first(operator: TestClient) -> None:
    """How many of each there are, and nobody by name."""
    page = operator.get(HERE).text
    assert "5 readers" in page and "@example.org" not in page.replace(OPERATOR.name, "")


def test_a_reader_is_found_by_address_and_is_a_number_from_then_on(operator: TestClient) -> None:
    """The address stands on the page, never in its url."""
    answer = press(operator, "/find", address="ADA@example.org")
    assert answer.headers["location"] == f"{HERE}/1"
    assert "ada@example.org" in operator.get(f"{HERE}/1").text


def test_who_is_not_there_is_not_found(operator: TestClient, desk: Desk) -> None:
    """And where an address must not be mailed, that is said."""
    press(operator, "/find", address="nobody@example.org")
    assert "No reader has this address." in operator.get(HERE).text
    desk.digest.store.suppress(Suppression(address="gone@example.org", reason=FeedbackKind.COMPLAINT, at=NOW))
    press(operator, "/find", address="gone@example.org")
    assert "must not be mailed" in operator.get(HERE).text
    assert operator.get(f"{HERE}/99").status_code == 404


def test_a_reader_page_tells_what_they_got_and_why(operator: TestClient) -> None:
    """Each item with the topic that brought it; and for who got nothing, the reason."""
    page = operator.get(f"{HERE}/1").text
    assert "November 2026: 2 items, accepted" in page
    assert 'Walking eased fatigue in multiple sclerosis <span class="quiet">(Fatigue and sleep)' in page
    assert "November 2026: skipped, nothing new" in operator.get(f"{HERE}/4").text


def test_all_that_is_kept_is_saved(operator: TestClient) -> None:
    """As JSON, for the reader who asks for it."""
    answer = operator.get(f"{HERE}/1/export.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="reader-1.json"'
    assert json.loads(answer.text)["reader"]["email"] == "ada@example.org"
    assert "Exported reader 1" in operator.get(HERE).text


def test_a_reader_is_let_go(operator: TestClient, desk: Desk) -> None:
    """It is written down who did it, by the reader's number."""
    press(operator, "/1/unsubscribe")
    assert desk.digest.store.subscriber(1).status is SubscriberStatus.UNSUBSCRIBED
    (deed,) = desk.digest.store.deeds()
    assert (deed.by, deed.what) == (OPERATOR.name, "unsubscribed reader 1")


def test_a_reader_is_erased_after_a_question(operator: TestClient, desk: Desk) -> None:
    """Looking changes nothing; then nothing of them is left but the trace that it was done."""
    assert "There is no way back" in operator.get(f"{HERE}/1/erase").text
    assert desk.digest.store.subscriber(1) is not None
    press(operator, "/1/erase")
    assert desk.digest.store.subscriber(1) is None
    assert "Erased reader 1" in operator.get(HERE).text


def test_all_readers_are_saved_as_a_file(operator: TestClient) -> None:
    """One that can be taken in again."""
    text = operator.get(f"{HERE}/export.csv").text
    assert text.count("@example.org") == 5
    assert "Exported all readers" in operator.get(HERE).text
    assert "0 new readers" in upload(operator, text).text


def test_a_file_is_looked_at_before_it_is_taken_in(operator: TestClient, desk: Desk) -> None:
    """Who is new and who is known is said first; the button takes it in, once."""
    page = upload(operator, FILE)
    assert "1 new reader, and 1 who is known" in page.text and "all but a break" in page.text
    assert next(desk.digest.store.subscribers(["new@example.org"]), None) is None
    press(operator, "/import/do", kept=kept(page))
    assert next(desk.digest.store.subscribers(["new@example.org"])).profile.interests == ("pml",)
    assert press(operator, "/import/do", kept=kept(page)).status_code == 422


def test_who_is_kept_away_is_counted(operator: TestClient, desk: Desk) -> None:
    """A file brings nobody back who left, and says so."""
    desk.digest.store.set_status("ada@example.org", SubscriberStatus.UNSUBSCRIBED, now=NOW)
    text = "email,status,consent_at,consent_method\nada@example.org,active,2026-11-02,paper form\n"
    press(operator, "/import/do", kept=kept(upload(operator, text)))
    assert "1 reader kept away who had left or bounced" in operator.get(HERE).text


def test_a_file_waits_for_nothing_else(operator: TestClient, desk: Desk) -> None:
    """However much is being worked out behind the pages."""
    errands, go_on = desk.app.state.site.errands, threading.Event()
    for number in range(3):
        errands.ask(("busy", number), lambda: go_on.wait(10))
    answer = press(operator, "/import/do", kept=kept(upload(operator, FILE)))
    go_on.set()
    assert answer.status_code == 303


def test_a_file_is_kept_for_a_while() -> None:
    """One that nobody takes in is forgotten by itself, the oldest first where there are too many, all at the end."""
    shelf = Shelf(life=0.05, most=2)
    first, second = shelf.keep(b"one", "1.csv"), shelf.keep(b"two", "2.csv")
    assert shelf.find(first) == (b"one", "1.csv") and shelf.find("other") is None
    third = shelf.keep(b"three", "3.csv")
    assert shelf.find(first) is None and shelf.find(third) == (b"three", "3.csv")
    for _ in range(200):
        if shelf.find(second) is None and shelf.find(third) is None:
            break
        time.sleep(0.02)
    assert shelf.find(second) is None and shelf.find(third) is None
    longer = Shelf()
    kept_longer = longer.keep(b"one", "1.csv")
    longer.close()
    assert longer.find(kept_longer) is None


def test_what_is_wrong_in_a_file_is_named_by_its_line(operator: TestClient) -> None:
    """As its owner calls it, not by where it lies here."""
    page = upload(operator, FILE + "no address,,,,\n").text
    assert "<code>readers.csv:4</code>" in page and "/tmp" not in page


@pytest.mark.parametrize("text", ["", "not a table at all"])
def test_a_file_that_is_none_is_refused(operator: TestClient, text: str) -> None:
    """In words, on the same page."""
    answer = upload(operator, text)
    assert answer.status_code == 422 and "/tmp" not in answer.text


def test_hostile_words_of_a_reader_stay_words(operator: TestClient, desk: Desk) -> None:
    """A name or a line of a file never becomes part of the page."""
    page = upload(operator, FILE.replace("New", "<script>x</script>"), "<script>.csv").text
    assert "<script>x" not in page and "<script>.csv" not in page
    press(operator, "/import/do", kept=re.search(r'value="([0-9a-f]{64})"', page)[1])
    reader = next(desk.digest.store.subscribers(["new@example.org"]))
    assert "<script>x" not in operator.get(f"{HERE}/{reader.id}").text
