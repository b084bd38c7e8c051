"""Premailer behind one function: what survives, and what is refused instead of lost."""

from __future__ import annotations

import re

import css_inline
import pytest
from lxml import html as lxml_html

from digest.errors import TemplateError
from digest.inlining import inline

TOKENS = re.compile(r"zstamp-([a-z]+)-0")


def a_page(body: str = '<p class="x">Hi</p>', styles: str = "<style>.x { color: #112233; }</style>") -> str:
    return f"<!DOCTYPE html>\n<html><head><title>t</title>{styles}</head><body>{body}</body></html>"


def test_styles_are_written_into_elements() -> None:
    """A class's declarations stand in the element's style, and the class stays for dark mode."""
    assert '<p class="x" style="color:#112233">Hi</p>' in inline(a_page())


def test_the_doctype_survives() -> None:
    """Without it a client renders in quirks mode."""
    assert inline(a_page()).startswith("<!DOCTYPE html>")


def test_the_kept_block_keeps_its_importance() -> None:
    """Media rules that override inline styles need their !important."""
    kept = "@media (max-width: 480px) { .x { color: #445566 !important; } }"
    page = inline(a_page(styles=f'<style>.x{{color:#112233}}</style><style data-premailer="ignore">{kept}</style>'))
    assert kept in page


def test_no_attributes_are_invented() -> None:
    """Width, height and colour as attributes would be invalid on a paragraph."""
    page = inline(a_page(styles="<style>.x { width: 100%; background-color: #ffffff; text-align: left; }</style>"))
    assert re.search(r"<p class=\"x\" style=\"[^\"]*\">", page)


@pytest.mark.parametrize(
    "body",
    [
        '<a href="zstamp-link-0">go</a>',
        "<p>Hello zstamp-name-0,</p>",
        '<table><tr><td>a</td></tr></table><a href="#part-zstamp-link-0" title="zstamp-name-0">b</a>',
    ],
)
def test_tokens_come_through(body: str) -> None:
    """A token is left alone in text, links and other attributes."""
    assert TOKENS.findall(inline(a_page(body), tokens=TOKENS)) == TOKENS.findall(body)


def test_comments_come_through_in_order() -> None:
    """Markers and the branches for Outlook survive as they were written."""
    outlook = '<!--[if mso]><table width="600"><tr><td class="x"><![endif]-->'
    body = f"<!--one-->{outlook}<p>a</p><!--two-->"
    assert re.findall("<!--.*?-->", inline(a_page(body))) == ["<!--one-->", outlook, "<!--two-->"]


@pytest.mark.parametrize(
    ("page", "word"),
    [
        (a_page().replace("DOCTYPE", "doctype"), "upper case"),
        (a_page(styles='<link rel="stylesheet" href="https://x.example.org/a.css">'), "<link"),
        (a_page(body="<script>1</script>"), "<script"),
        (a_page(styles="<style>@media print { .x { color: red } }</style>"), "'@'"),
        (a_page(styles="<style>.x { color: var(--ink) }</style>"), "'var('"),
        (a_page(styles="<style>.x:first-child { color: red }</style>"), "':'"),
        (a_page(styles="<style>p + p { color: red }</style>"), "'+'"),
        (a_page(styles="<style>.x { color: red } } .y { color: blue }</style>"), "cannot be read"),
    ],
)
def test_what_would_be_lost_is_refused(page: str, word: str) -> None:
    """A page that premailer would damage in silence is an error that names the reason."""
    with pytest.raises(TemplateError, match=re.escape(word)):
        inline(page)


def test_a_sheet_is_refused_each_time_and_no_other_for_it() -> None:
    """What was read before is not read again, but what was wrong with it is still known."""
    good, bad = "<style>.x { color: red }</style>", "<style>.y { color: red } }</style>"
    for _ in range(2):
        with pytest.raises(TemplateError, match="cannot be read"):
            inline(a_page(styles=good + bad))
    assert "color:red" in inline(a_page(styles=good, body='<p class="x">words</p>'))


def test_a_moved_marker_is_refused() -> None:
    """A comment that the parser drops or moves is noticed."""
    with pytest.raises(TemplateError, match="comments"):
        inline(
            a_page(body="<textarea><!--in a text--></textarea>").replace("<body>", "<body><!--a--><!--b-->") + "<!-->"
        )


def test_a_lost_token_is_refused() -> None:
    """A token that does not come through as often as it went in is named."""
    with pytest.raises(TemplateError, match="tokens"):
        inline(a_page(body='<p title="zstamp-name-0" title="zstamp-name-0">x</p>'), tokens=TOKENS)


def test_a_broken_sheet_is_refused_every_time() -> None:
    """No cache forgets the complaint."""
    for _ in range(2):
        with pytest.raises(TemplateError):
            inline(a_page(styles="<style>.x { color: red } }</style>"))


def test_it_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """Cssutils' log reaches nobody's terminal."""
    inline(a_page(styles="<style>.x { mso-hide: all; text-underline-offset: 4px; }</style>"))
    assert capfd.readouterr() == ("", "")


def test_a_second_engine_agrees() -> None:
    """css-inline writes the same declarations into the same elements."""
    styles = "<style>.x { margin: 0 0 4px 0; color: #112233; } .x b { color: #445566; } td { padding: 2px; }</style>"
    page = a_page(body='<table><tr><td><p class="x">a <b>b</b></p></td></tr></table>', styles=styles)
    assert _declarations(inline(page)) == _declarations(css_inline.inline(page))


def _declarations(page: str) -> list[tuple[str, dict[str, str]]]:
    body = lxml_html.fromstring(page).find("body")
    return [(str(element.tag), _pairs(element.get("style", ""))) for element in body.iter() if element.tag != "tbody"]


def _pairs(style: str) -> dict[str, str]:
    pairs = (declaration.split(":", 1) for declaration in style.split(";") if ":" in declaration)
    return {name.strip(): value.strip() for name, value in pairs}
