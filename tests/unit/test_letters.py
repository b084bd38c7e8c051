"""Letters: the request to confirm a subscription and the correction, composed like every other mail."""

from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from digest.checks.words import grade
from digest.edition import Letter, Pool, Templates, bundled_directory, render_confirmation, render_correction
from digest.edition.letters import Correction
from digest.errors import TemplateError
from digest.message import HEADERS, UNLISTED_HEADERS, Composer
from digest.models import Logo
from tests.factories import a_newsletter
from tests.sample_issue import (
    DATE,
    LETTERS,
    LINKS,
    LISTED,
    UNLISTED,
    a_confirmation,
    a_correction,
    a_pool,
    an_addressee,
)

HOSTILE = "<script>x</script> {{ hole('confirm') }} \r\nBcc: evil@example.org =?utf-8?q?=0D=0ABcc=3A_x?="


def composed(letter: Letter, **addressee: str) -> EmailMessage:
    message = Composer(letter.pool, date=DATE).compose(letter.edition, an_addressee(**addressee))
    return cast("EmailMessage", email.message_from_bytes(message.data, policy=policy.default))


def forms(letter: Letter, **addressee: str) -> tuple[str, str]:
    composer, reader = Composer(letter.pool, date=DATE), an_addressee(**addressee)
    return composer.html(letter.edition, reader), composer.text(letter.edition, reader)


@pytest.mark.parametrize("make", LISTED.values(), ids=LISTED)
def test_letters_of_the_list_have_the_headers_of_every_mail(make) -> None:
    """One way to compose, one list of headers."""
    message = composed(make())
    assert tuple(message.keys()) == HEADERS and ":once:letter:" in message["Feedback-ID"]


@pytest.mark.parametrize("make", UNLISTED.values(), ids=UNLISTED)
def test_nobody_unsubscribes_from_a_letter_about_an_account(make) -> None:
    """It has no List headers and no link to unsubscribe: a filter that follows it would do what nobody wanted."""
    letter = make()
    message = composed(letter)
    assert tuple(message.keys()) == UNLISTED_HEADERS and ":once:letter:" in message["Feedback-ID"]
    assert all("/unsubscribe/" not in form for form in forms(letter))


@pytest.mark.parametrize("name", ["change-address", "erasure", "sign-in", "confirmation"])
def test_what_asks_has_one_link_that_acts(name: str) -> None:
    """In both forms, with the time it works for, and what to do when it was somebody else."""
    for form in forms(LETTERS[name](), confirm_url="https://digest.example.org/x/one"):
        assert form.count("https://digest.example.org/x/one") == 1 and re.search(r"\d+ (days|minutes)", form)
        assert re.search("(?i)if (it|this) was not you", form)


@pytest.mark.parametrize("make", LETTERS.values(), ids=LETTERS)
def test_a_tired_person_can_read_it(make) -> None:
    """The words of every letter are of school grade 8 or below (Flesch-Kincaid)."""
    text = forms(make())[1]
    words = re.sub(r"\S+@\S+|https://\S+|^---$", "", text, flags=re.MULTILINE)
    sentences = [re.sub(r"\s+", " ", part).strip().rstrip(":.") for part in words.split("\n\n")]
    assert grade(". ".join(part for part in sentences if part) + ".") <= 8


@pytest.mark.parametrize("make", LETTERS.values(), ids=LETTERS)
def test_a_letter_s_pool_can_be_kept(make) -> None:
    """As an issue's can, and the same letter is the same bytes."""
    letter = make()
    assert Pool.loads(letter.pool.dumps()) == letter.pool and make() == letter


def test_a_confirmation_asks_one_thing() -> None:
    """The link to confirm stands in both forms; so does what to do when it was somebody else."""
    for form in forms(a_confirmation(), confirm_url="https://digest.example.org/c/one"):
        assert form.count("https://digest.example.org/c/one") == 1 and "Do nothing" in form.replace("do", "Do")
        assert "7 days" in form and "/unsubscribe/" in form


def test_a_confirmation_repeats_nothing_of_the_asker() -> None:
    """A stranger cannot have their words delivered by us: no name is shown, and no topic was given."""
    letter = a_confirmation()
    assert forms(letter, name="Buy at https://evil.example.net") == forms(letter, name="")


@pytest.mark.parametrize("make", LETTERS.values(), ids=LETTERS)
def test_no_subject_names_an_illness(make) -> None:
    """The newsletter's name and a headline may; neither stands in a subject."""
    assert not re.search(r"MS|fatigue|tired", composed(make())["Subject"])


def test_one_day_is_one_day() -> None:
    """Not "1 days"."""
    letter = render_confirmation(a_newsletter(), _templates(), days=1)
    assert all("works for 1 day." in form for form in forms(letter))


def test_a_correction_says_what_was_wrong_and_what_is_right() -> None:
    """With the summary it is about and the issue it stood in, in that order, in both forms."""
    for form in forms(a_correction()):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", form.partition("<body")[2] or form))
        marks = [
            "Hello Ada",
            "October 2026",
            "Short daily walks",
            "What was wrong",
            "by a half",
            "What is right",
            "third",
        ]
        found = [words.index(mark, words.index("Hello")) for mark in marks]
        assert found == sorted(found)


def test_a_withdrawn_study_is_called_so() -> None:
    """Its reader is told not to rely on it, and the subject says it."""
    letter = a_correction(withdrawn=True, was_wrong=(), is_right=())
    assert all("withdrawn by its journal" in form for form in forms(letter))
    assert letter.edition.subject.startswith("A study we sent you was withdrawn")
    assert "What was wrong" not in forms(letter)[0]


def test_hostile_words_stay_words() -> None:
    """A feed's headline, an unsafe link and an editor's paste add no element, link or header."""
    plain, hostile = (
        a_correction(headline=words, issue_title=words, url=url, was_wrong=(words,), is_right=(words,))
        for words, url in (("words", None), (HOSTILE, "javascript:alert(1)"))
    )
    assert tuple(composed(hostile).keys()) == HEADERS
    assert _elements(hostile) == _elements(plain)


def _elements(letter: Letter) -> list[str]:
    return re.findall(r"<[a-z!/][a-z0-9]*", forms(letter)[0])


@pytest.mark.parametrize("make", LETTERS.values(), ids=LETTERS)
def test_text_is_in_lines_for_reading(make) -> None:
    """72 columns but for urls, no markup, no runs of empty lines, no rules to be read aloud."""
    text = forms(make())[1]
    assert all(len(line) <= 72 or line.startswith("https://") for line in text.splitlines())
    assert not re.search(r"\n{3}|[<>]|&[a-z]+;|-{4}", text)


def test_a_letter_without_its_link_is_refused(tmp_path: Path) -> None:
    """An operator's template cannot leave out what the letter is for."""
    (tmp_path / "confirmation.txt").write_text("{{ hole('unsubscribe') }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"confirmation\.txt lacks confirm"):
        render_confirmation(a_newsletter(), Templates([tmp_path, bundled_directory()]), days=7)


def test_nobody_confirms_in_an_issue(tmp_path: Path) -> None:
    """The hole of the confirmation would be an empty link there, so it is refused."""
    (tmp_path / "_pieces.txt").write_text(
        (bundled_directory() / "_pieces.txt")
        .read_text(encoding="utf-8")
        .replace("Also about:", "{{ hole('confirm') }}"),
        encoding="utf-8",
    )
    with pytest.raises(TemplateError, match="has a hole 'confirm'"):
        _with(tmp_path)


def _with(directory: Path) -> None:
    from digest.edition import render_pool
    from tests.factories import a_tree, a_window

    templates = Templates([directory, bundled_directory()])
    render_pool((), window=a_window(), newsletter=a_newsletter(), tree=a_tree(), templates=templates)


def _templates() -> Templates:
    return Templates([bundled_directory()])


# --- the logo --------------------------------------------------------------------------------------------


def test_a_logo_stands_in_every_mail_and_is_not_needed() -> None:
    """The name is still words, the picture has an alternative text and a width."""
    logo = Logo(url="https://example.org/logo.png", alt='A "tree"', width=96)
    html, text = forms(a_confirmation(logo=logo))
    picture = re.search(r"<img [^>]+>", html)
    assert picture is not None and "alt='A \"tree\"'" in picture[0] and 'width="96"' in picture[0]
    assert "MS Research Monthly" in html and "logo" not in text
    assert any("logo.png" in part for part in a_pool(logo=logo).html.page)


def test_without_a_logo_there_is_no_picture() -> None:
    """Nothing is loaded unless an operator asks for it."""
    assert all("<img" not in forms(make())[0] for make in LETTERS.values())


def test_links_are_the_reader_s_own() -> None:
    """A correction leads to this reader's preferences and to unsubscribing."""
    html, _ = forms(a_correction())
    assert all(f'href="{LINKS}/{path}/' in html for path in ("preferences", "pause", "unsubscribe"))
    assert isinstance(
        render_correction(Correction(headline="x", issue_title="y"), a_newsletter(), _templates()), Letter
    )
