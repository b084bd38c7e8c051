"""Schemathesis calls the API with whatever its own description allows, and with what it forbids."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi import checks

from digest import access
from digest.models import Role
from tests.web.api_parts import a_full_desk
from tests.web.conftest import BASE, Desk, Opener

#: How many calls of each kind each path gets. With one it is the simplest that may be; `make fuzz` asks for many.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))

#: What there is on the desk: by chance alone no call would name it.
KNOWN: dict[str, Any] = {"label": "2026-11", "summary_id": 1, "subscriber_id": 1, "number": 1}

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]


def operations(desk: Desk) -> list[APIOperation]:
    schema = schemathesis.openapi.from_dict(desk.app.openapi())
    schema.app = desk.app
    return [found.ok() for found in schema.get_all_operations()]


def called(operation: APIOperation, check: Callable[[Case], None], mode: GenerationMode, **known: Any) -> None:
    """Let hypothesis call an operation, and check every answer."""
    strategy = operation.as_strategy(mode, path_parameters=known or None)
    few = settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    few(given(case=strategy)(lambda case: check(case)))()


def known_of(operation: APIOperation) -> dict[str, Any]:
    return {name: value for name, value in KNOWN.items() if f"{{{name}}}" in operation.full_path}


def test_whatever_is_asked_the_answer_is_as_described(open_desk: Opener) -> None:
    """No call makes a fault of ours, and each answer has the status, type and shape that the description tells."""
    desk = a_full_desk(open_desk)
    headers = {"Authorization": f"Bearer {access.make_token(desk.digest, 'fuzz', Role.OPERATOR)}"}

    with get_client(desk.app) as client:

        def check(case: Case) -> None:
            case.call_and_validate(base_url=BASE, session=client, headers=headers, checks=CHECKS)

        for operation in operations(desk):
            known = known_of(operation)
            called(operation, check, GenerationMode.NEGATIVE)
            called(operation, check, GenerationMode.POSITIVE, **known)
            if known and EXAMPLES > 1:
                called(operation, check, GenerationMode.POSITIVE)


def test_nothing_is_answered_without_a_token(desk: Desk) -> None:
    """Whatever is asked, nobody unknown is told anything but that a token is needed."""
    browser = desk.browser()
    for operation in operations(desk):
        path = operation.full_path.format(**known_of(operation))
        answer = browser.request(operation.method, path, json={"to": "x"})
        assert answer.status_code == 401, f"{operation.method} {path}: {answer.status_code}"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="digest"')
