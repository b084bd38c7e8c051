"""Who may call what: bearer tokens (RFC 6750), looked at before anything of a call is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from digest import access
from digest.models import Deed, Issue, Person, Role
from digest.newsroom import Digest
from digest.web.faults import NotAllowed, TokenNeeded
from digest.web.site import site_of

#: How the description of the API tells of the token.
TOKEN = HTTPBearer(auto_error=False, scheme_name="token", description="Made by `digest token create`.")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def bearer_of(request: Request) -> Person:
    """Whose token a call shows. TokenNeeded when it shows none, or one that opens nothing."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip() if scheme.lower() == "bearer" else ""
    # The same work for any secret: it is hashed, and the hash is looked up.
    person = access.bearer(site_of(request).digest, secret)
    if person is None:
        raise TokenNeeded(shown=bool(secret))
    return person


class ForEditors(APIRoute):
    """A path for anybody with a token. Who calls is known before a byte of the body is read."""

    ROLES: ClassVar[frozenset[Role]] = frozenset(Role)

    def get_route_handler(self) -> Handler:
        """The handler, behind the door."""
        handle, roles = super().get_route_handler(), self.ROLES

        async def behind_the_door(request: Request) -> Response:
            person = await run_in_threadpool(bearer_of, request)
            if person.role not in roles:
                raise NotAllowed("this is for operators: make a token with --role operator")
            request.state.person = person
            return await handle(request)

        return behind_the_door


class ForOperators(ForEditors):
    """A path for tokens of operators; the description of the API says so."""

    ROLES = frozenset({Role.OPERATOR})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "openapi_extra": {"x-operators": True}})


def _caller(request: Request) -> Person:
    person: Person = request.state.person
    return person


#: Who calls.
Caller = Annotated[Person, Depends(_caller)]


def router_for(route: type[ForEditors], tag: str) -> APIRouter:
    """An empty router of this kind of path."""
    return APIRouter(route_class=route, tags=[tag], dependencies=[Depends(TOKEN)])


def write_down(digest: Digest, person: Person, what: str, issue: Issue | None = None) -> None:
    """Remember what a program did, beside what people do at the desk: no address, no topic."""
    deed = Deed(at=digest.clock(), by=by(person), what=what, issue_id=issue.id if issue else None)
    digest.store.add_deed(deed)


def by(person: Person) -> str:
    """Who did it, as it is written down: nobody takes a token for the person of that name."""
    return f"{person.name} (API)"
