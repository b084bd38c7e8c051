"""The description of the API (OpenAPI 3.1), and a page for people who read it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

from digest import __version__
from digest.web.api.answers import Problem
from digest.web.site import TheSite

WORDS = """\
The verbs of the editors' desk and of the command line, as JSON.

Every call shows a token: `Authorization: Bearer …`. `digest token create` makes one, for an editor or an operator. Only
operators see addresses. GET changes nothing. A POST may be repeated: what is done is not done twice. Long lists come in
pages; `next` is the address of the rest. What does not work is answered with a problem (RFC 9457), as
`application/problem+json`. Every instant is in UTC.
"""

_WHY = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read.",
    HTTPStatus.UNAUTHORIZED: "No token, or one that opens nothing.",
    HTTPStatus.FORBIDDEN: "The token is an editor's, and this is for operators.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.CONFLICT: "It does not fit the state things are in now.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something in the call is not right.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer, or is busy.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> dict[str, Any]:
    base_url = app.state.site.base_url
    made = get_openapi(
        title=f"{app.title}: HTTP API",
        version=__version__,
        description=WORDS,
        routes=app.routes,
        servers=[{"url": base_url}],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, method, operation in operations(made):
        operation["summary"] = operation["description"].partition(". ")[0].partition(".\n")[0].removesuffix(".")
        operation["responses"] |= _problems(path, method, operation)
        if operation.pop("x-operators", False):
            operation["description"] += "\n\nFor operators."
            operation["responses"]["403"] = _problem(HTTPStatus.FORBIDDEN)
    return made


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of everything in a description."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _problems(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    told = [HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE]
    told += [HTTPStatus.BAD_REQUEST] if "requestBody" in operation else []
    told += [HTTPStatus.NOT_FOUND] if "{" in path else []
    told += [HTTPStatus(int(status)) for status in operation["responses"] if status.startswith("4")]
    told += [HTTPStatus.CONFLICT] if method != "get" or "{" in path else []
    return {str(int(status)): _problem(status) for status in sorted({*told})}


def _problem(status: HTTPStatus) -> dict[str, Any]:
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _WHY[status], "content": shape}


def shown(request: Request, site: TheSite) -> Response:
    """The description as a page."""
    described = request.app.openapi()
    parts: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in operations(described):
        parts.setdefault(operation["tags"][0], []).append(_entry(path, method, operation))
    models = [_model(name, schema) for name, schema in described["components"]["schemas"].items()]
    names = {model["name"] for model in models}
    return site.pages.show(request, "api.html", info=described["info"], parts=parts, models=models, names=names)


def _entry(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation as the page shows it."""
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "name": f"{method.upper()} {path}",
        "told": operation["description"],
        "parameters": [
            {"name": one["name"], "place": one["in"], "typed": typed(one["schema"]), "told": one.get("description", "")}
            for one in operation.get("parameters", ())
        ],
        "body": [typed(one["schema"]) for one in body.values()],
        "answers": [
            (status, kind, typed(one.get("schema", {})))
            for status, answer in operation["responses"].items() if status.startswith("2")
            for kind, one in answer.get("content", {}).items()
        ],
        "problems": sorted(status for status in operation["responses"] if not status.startswith("2")),
    }  # fmt: skip


def _model(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A model as the page shows it."""
    required = schema.get("required", ())
    return {
        "name": name,
        "told": schema.get("description", ""),
        "words": schema.get("enum", []),
        "fields": [
            {"name": key, "typed": typed(value), "told": value.get("description", ""), "required": key in required}
            for key, value in schema.get("properties", {}).items()
        ],
    }


def typed(schema: dict[str, Any]) -> str:
    """A schema in a word or two: `string`, `IssueAnswer`, `list of ItemAnswer`, `integer or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if either := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(typed, either)))
    if schema.get("type") == "array":
        return f"list of {typed(schema.get('items', {}))}"
    if words := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return " or ".join(map(str, words))
    return str(schema.get("format") or schema.get("type") or "anything")
