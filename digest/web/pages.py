"""Pages made from templates: the operator's own before ours, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from digest.edition import Templates, look
from digest.models import Newsletter

#: What was just done, said once on the next page.
_SAID = "digest_said"
_LONGEST_SAID = 1_000


def bundled_pages() -> Path:
    """Where our own page templates are: in the wheel inside the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_templates" / "web"
    return installed if installed.is_dir() else package.parent / "templates" / "web"


class Pages:
    """Shows pages.

    Args:
        newsletter: whose they are.
        own: the operator's own templates; None for ours alone.
    """

    def __init__(self, newsletter: Newsletter, own: Path | None) -> None:
        self.newsletter = newsletter
        self.prefix = urlsplit(newsletter.base_url).path
        self._is_https = newsletter.base_url.startswith("https://")
        directories = [*([own / "web"] if own else []), bundled_pages()]
        self._templates = Templates(directories)

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """The text of a template with what every page has. TemplateError when it cannot be made."""
        return self._templates.render(name, {**look(self.newsletter), "base": self.prefix, **context})

    def show(
        self,
        request: Request,
        name: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """A page. It knows who is signed in (`person`, `csrf`), and says what was just done (`said`)."""
        state = request.state
        common = {
            "path": request.url.path,
            "person": getattr(state, "person", None),
            "csrf": getattr(state, "csrf", ""),
            "said": unquote(request.cookies.get(_SAID, "")),
        }
        response = HTMLResponse(self.render(name, {**common, **context}), status, headers=dict(headers or {}))
        if common["said"]:
            response.delete_cookie(_SAID, path="/")
        return response

    def go(self, path: str, *, said: str = "") -> Response:
        """Send the browser to another page of ours by GET, which says what was just done."""
        response = RedirectResponse(f"{self.prefix}{path}", HTTPStatus.SEE_OTHER)
        if said:
            words = quote(said[:_LONGEST_SAID])
            response.set_cookie(
                _SAID, words, max_age=60, path="/", httponly=True, samesite="strict", secure=self._is_https
            )
        return response
