"""What every page of the site shares."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from digest.web.site import caller


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("2001:db8::1", "2001:db8::"),
        ("2001:db8::ffff:1", "2001:db8::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_caller_is_a_network_that_one_person_may_have(address: str, network: str) -> None:
    """However an address is written: whoever has a whole IPv6 network is one caller with all of it."""
    assert caller(Request({"type": "http", "client": (address, 1), "headers": []})) == network


def test_a_caller_may_be_unknown() -> None:
    """Behind a socket of this machine there is no address."""
    assert caller(Request({"type": "http", "client": None, "headers": []})) == ""
