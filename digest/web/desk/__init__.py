"""The editors' desk."""

from __future__ import annotations

from fastapi import APIRouter

from digest.web.desk import entrance, issues, looking, reading

router = APIRouter(prefix="/desk", include_in_schema=False)
for _page in (entrance, issues, reading, looking):
    router.include_router(_page.router)
router.add_api_route("", issues.listed)
