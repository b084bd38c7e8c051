"""Makes `digest/data/client_support.json`: what mail clients support, by https://www.caniemail.com (MIT).

    npm pack caniemail && tar xzf caniemail-*.tgz
    python tools/client_support.py package/data/caniemail.json

Of each feature it keeps its title, the signs by which `digest.checks.clients` knows it in a mail, and which of the most
used clients lack it, by the newest test of each.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "digest" / "data" / "client_support.json"
#: The clients nearly everybody reads with.
FAMILIES = ("apple-mail", "gmail", "outlook", "samsung-email", "yahoo")
LICENCE = """\
MIT License. Copyright (c) 2019 HTeuMeuLeu; packaged for npm by Avi Goldman and Andrew Powell.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

#: Features whose signs do not follow from their names.
SIGNS = {
    "css-at-media-device-pixel-ratio": ["media:device-pixel-ratio", "media:-webkit-device-pixel-ratio"],
    "css-block-inline-size": ["property:block-size", "property:inline-size"],
    "css-border-inline-block": ["property:border-inline", "property:border-block"],
    "css-border-inline-block-individual": [
        f"property:border-{axis}-{end}" for axis in ("block", "inline") for end in ("start", "end")
    ],
    "css-border-inline-block-longhand": [
        f"property:border-{axis}-{what}" for axis in ("block", "inline") for what in ("color", "style", "width")
    ],
    "css-border-radius-logical": [
        f"property:border-{one}-{other}-radius" for one in ("start", "end") for other in ("start", "end")
    ],
    "css-column-layout-properties": [
        f"property:{name}" for name in ("columns", "column-width", "column-rule", "column-span", "column-fill")
    ],
    "css-comments": ["comment"],
    "css-conic-gradient": ["function:conic-gradient"],
    "css-display-flex": ["value:display=flex", "value:display=inline-flex"],
    "css-display-grid": ["value:display=grid", "value:display=inline-grid"],
    "css-display-none": ["value:display=none"],
    "css-gap": ["property:gap", "property:row-gap", "property:column-gap"],
    "css-grid-template": [f"property:grid-template{part}" for part in ("", "-areas", "-columns", "-rows")],
    "css-important": ["important"],
    "css-inert-attribute": ["attribute:inert"],
    "css-intrinsic-size": ["keyword:fit-content", "keyword:max-content", "keyword:min-content"],
    "css-left-right-top-bottom": ["property:left", "property:right", "property:top", "property:bottom"],
    "css-linear-gradient": ["function:linear-gradient"],
    "css-modern-color": [f"function:{name}" for name in ("lab", "lch", "oklab", "oklch", "hwb", "color", "color-mix")],
    "css-nesting": ["nesting"],
    "css-radial-gradient": ["function:radial-gradient"],
    "css-rgb": ["function:rgb"],
    "css-rgba": ["function:rgba"],
    "css-scroll-snap": ["property:scroll-snap-type", "property:scroll-snap-align"],
    "css-sytem-ui": [f"keyword:{name}" for name in ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded")],
    "css-unit-calc": ["function:calc"],
    "css-unit-initial": ["keyword:initial"],
    "css-unit-percent": ["unit:%"],
    "css-variables": ["function:var"],
    "html-anchor-links": ["href:#"],
    "html-button-reset": ["element:button"],
    "html-button-submit": ["element:button"],
    "html-comments": ["comment:html"],
    "html-doctype": ["doctype"],
    "html-h1-h6": [f"element:h{level}" for level in range(1, 7)],
    "html-image-maps": ["element:map", "attribute:usemap"],
    "html-lists": ["element:ul", "element:ol", "element:dl"],
    "html-loading-attribute": ["attribute:loading"],
    "html-mailto-links": ["href:mailto"],
    "html-meta-color-scheme": ["meta:color-scheme"],
    "html-semantics": [
        f"element:{name}"
        for name in ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav",
                     "section", "summary", "time")
    ],
    "html-background": ["attribute:background"],
    "html-srcset": ["attribute:srcset", "attribute:sizes"],
    "amp": ["attribute:amp4email", "attribute:⚡4email"],
    "bimi": [],
    "css-margin-block-start-end": ["property:margin-block-start", "property:margin-block-end"],
    "css-margin-inline-block": ["property:margin-inline", "property:margin-block"],
    "css-margin-inline-start-end": ["property:margin-inline-start", "property:margin-inline-end"],
    "css-padding-block-start-end": ["property:padding-block-start", "property:padding-block-end"],
    "css-padding-inline-block": ["property:padding-inline", "property:padding-block"],
    "css-padding-inline-start-end": ["property:padding-inline-start", "property:padding-inline-end"],
}  # fmt: skip
#: What a name begins with, and what stands for that in a sign. The first that fits counts.
PREFIXES = (
    ("css-at-media-", "media:"),
    ("css-at-", "at:"),
    ("css-pseudo-class-", "pseudo:"),
    ("css-pseudo-element-", "pseudo:"),
    ("css-selector-", "selector:"),
    ("css-function-", "function:"),
    ("css-unit-", "unit:"),
    ("css-", "property:"),
    ("html-input-", "input:"),
    ("image-", "image:"),
)
ATTRIBUTES = frozenset(
    (
        "align", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "aria-live", "cellpadding",
        "cellspacing", "dir", "height", "hidden", "lang", "popover", "required", "role", "target", "valign", "width",
    )
)  # fmt: skip


def main(source: Path) -> None:
    """Read caniemail's data and write our extract."""
    given = json.loads(source.read_text(encoding="utf-8"))
    features = {feature["slug"]: extracted(feature) for feature in given["data"]}
    used = sorted({client for feature in features.values() for client in feature["lacking"]})
    plain = {
        "source": "https://www.caniemail.com",
        "licence": LICENCE.splitlines(),
        "updated": given["last_update_date"][:10],
        "clients": {client: spoken(client, given["nicenames"]) for client in used},
        "features": features,
    }
    lines = [f" {json.dumps(slug)}: {json.dumps(one, ensure_ascii=False)}" for slug, one in sorted(features.items())]
    head = json.dumps({**plain, "features": None}, ensure_ascii=False, indent=1)
    body = "{\n " + ",\n ".join(lines) + "\n }"
    TARGET.write_text(head.replace('"features": null', f'"features": {body}') + "\n", encoding="utf-8")


def extracted(feature: Mapping[str, Any]) -> dict[str, Any]:
    """One feature of ours."""
    return {"title": feature["title"], "signs": signs(feature["slug"]), "lacking": list(lacking(feature["stats"]))}


def signs(slug: str) -> list[str]:
    """How a feature is known in a mail."""
    if slug in SIGNS:
        return SIGNS[slug]
    for prefix, kind in PREFIXES:
        if slug.startswith(prefix):
            return [kind + slug.removeprefix(prefix)]
    name = slug.removeprefix("html-")
    return [f"{'attribute' if name in ATTRIBUTES else 'element'}:{name}"]


def lacking(stats: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[str]:
    """The clients whose newest test says no."""
    for family in FAMILIES:
        for platform, tests in stats.get(family, {}).items():
            newest = max(tests, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
            if tests[newest].startswith("n"):
                yield f"{family}/{platform}"


def spoken(client: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """`Gmail (iOS)`."""
    family, platform = client.split("/")
    return f"{names['family'][family]} ({names['platform'][platform]})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
