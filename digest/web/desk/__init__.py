"""The editors' desk."""

from __future__ import annotations

from fastapi import APIRouter

from digest.web.desk import (
    approving,
    as_read,
    entrance,
    gate,
    issues,
    item,
    log,
    looking,
    reading,
    sending,
    shaping,
    subscribers,
    summaries,
    variants,
)

router = APIRouter(prefix="/desk", include_in_schema=False)
for _page in (
    entrance,
    issues,
    reading,
    item,
    shaping,
    looking,
    gate,
    approving,
    sending,
    log,
    variants,
    summaries,
    as_read,
    subscribers,
):
    router.include_router(_page.router)
router.add_api_route("", issues.listed)
