"""The readers' pages: what a link in a mail leads to. No account, no password, no cookie: the link is the key.

GET shows, POST acts: programs that open every link of a mail change nothing.
"""

from __future__ import annotations

from fastapi import APIRouter

from digest.web.readers import archive, belongings, choosing, embedding, joining, leaving, looking_back, pausing

router = APIRouter(include_in_schema=False)
for _page in (archive, belongings, choosing, embedding, joining, leaving, looking_back, pausing):
    router.include_router(_page.router)
