"""A real browser for tests: where it is, how a mail is shown in it, and how two pictures are compared."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

#: The shell without windows opens a page in two thirds of the time, and draws the very same.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
HOW_TO_INSTALL = "no browser: apt-get install chromium-headless-shell (or chromium)"
#: Without hinting letters are as wide in the one as in the other.
_AS_ROOT_ON_ANY_MACHINE = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none")
_DATA = Path(__file__).parent / "data"
#: Every letter is the same box: what is drawn with it does not depend on a machine's fonts.
_BLOCKS = base64.b64encode((_DATA / "fonts" / "blocks.ttf").read_bytes()).decode("ascii")
_SAME_ON_EVERY_MACHINE = (
    f'<style>@font-face {{ font-family: Blocks; src: url("data:font/ttf;base64,{_BLOCKS}") }}'
    "* { font-family: Blocks !important; font-synthesis: none !important }</style></head>"
)
#: How many pixels of two pictures differ by more than a shade, and how many there are; -1 where their sizes differ.
_COMPARE = """async ([one, other]) => {
  const pixels = async (url) => { const image = new Image(); image.src = url; await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height); const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0); return context.getImageData(0, 0, image.width, image.height); };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.width !== b.width || a.height !== b.height) return [-1, a.width * a.height];
  let different = 0;
  for (let i = 0; i < a.data.length; i += 4)
    if ([0, 1, 2].some(c => Math.abs(a.data[i + c] - b.data[i + c]) > 6)) different += 1;
  return [different, a.width * a.height]; }"""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """A browser that is closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_AS_ROOT_ON_ANY_MACHINE])
        yield browser
        browser.close()


@contextmanager
def shown(browser: Browser, html: str, *, width: int = 360, dark: bool = False) -> Iterator[Page]:
    """The page in a window of this width, without a network."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.set_content(html)
    yield page
    context.close()


def look_at(page: Page, *, width: int, dark: bool) -> None:
    """Show the same page in a window of another width, by day or by night."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if dark else "light")


def without_style(html: str) -> str:
    """The mail as a program shows it that drops every style block."""
    return re.sub(r"(?s)<style.*?</style>", "", html)


def picture(browser: Browser, html: str, *, width: int, dark: bool = False) -> bytes:
    """The whole mail as a PNG, drawn with boxes for letters."""
    with shown(browser, html.replace("</head>", _SAME_ON_EVERY_MACHINE), width=width, dark=dark) as page:
        page.evaluate("document.fonts.ready")
        return page.screenshot(full_page=True)


def difference(browser: Browser, one: bytes, other: bytes) -> float:
    """Which share of two pictures differs, 0 to 1; 1 where their sizes do."""
    urls = [f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" for png in (one, other)]
    with shown(browser, "") as page:
        different, pixels = page.evaluate(_COMPARE, urls)
    return 1.0 if different < 0 else different / pixels
