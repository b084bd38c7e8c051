"""The golden pictures in tests/data/pictures; `python -m tests.sample_pictures` draws them anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digest.edition import make_edition
from digest.message import Composer
from digest.models import Selection
from tests.browser import a_browser, picture
from tests.factories import an_item
from tests.sample_issue import DATE, a_pool, an_addressee, golden_pages, placed

PICTURES = Path(__file__).parent / "data" / "pictures"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One golden picture."""

    mail: str
    width: int
    dark: bool = False


SHOTS = {
    "full-desk": Shot(mail="standard", width=640),
    "full-phone-dark": Shot(mail="standard", width=360, dark=True),
    "one-item-phone": Shot(mail="one-item", width=360),
    "one-item-phone-dark": Shot(mail="one-item", width=360, dark=True),
    "correction-phone": Shot(mail="correction", width=360),
    "correction-phone-dark": Shot(mail="correction", width=360, dark=True),
    "confirmation-phone": Shot(mail="confirmation", width=360),
    "longest-names-small": Shot(mail="longest-names", width=320),
    "longest-names-small-dark": Shot(mail="longest-names", width=320, dark=True),
    "quiet-phone": Shot(mail="quiet", width=360),
    "quiet-phone-dark": Shot(mail="quiet", width=360, dark=True),
    "test-phone": Shot(mail="test", width=360),
    "shaped-phone": Shot(mail="shaped", width=360),
    "shaped-phone-dark": Shot(mail="shaped", width=360, dark=True),
}


@cache
def pages() -> Mapping[str, str]:
    """Every mail to look at, by name."""
    return {**golden_pages(), "longest-names": _longest_names()}


def _longest_names() -> str:
    word = "Immunoglobulinsubstitutionsbehandlung" * 4
    pool = a_pool((an_item(1, "vision", of={"headline": word, "journal": word, "people": word, "credibility": word}),))
    edition = make_edition(pool, Selection(research=(placed(1, "vision"),)))
    return Composer(pool, date=DATE).html(edition, an_addressee(name=word, address=f"{word[:60]}@example.org"))


def draw_golden_pictures() -> None:
    """Put today's pictures in the place of the golden ones."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with a_browser() as browser:
        for name, shot in SHOTS.items():
            png = picture(browser, pages()[shot.mail], width=shot.width, dark=shot.dark)
            (PICTURES / f"{name}.png").write_bytes(png)


if __name__ == "__main__":
    draw_golden_pictures()
