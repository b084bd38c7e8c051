"""The web pages: the editors' desk, the readers' pages, the HTTP API, and what providers call.

Thin: every page asks the newsroom, and shows what it is given. GET shows, POST acts.
"""

from __future__ import annotations

from digest.web.app import make_app

__all__ = ["make_app"]
