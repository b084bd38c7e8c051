from __future__ import annotations

import pytest

from digest.sources.guard import is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public(address: str) -> None:
    """Addresses of the public internet, also written as IPv6."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808", "fec0::1",
     "::7f00:1", "::808:808", "localhost", ""],
)  # fmt: skip
def test_not_public(address: str) -> None:
    """Everything inside a machine or a network, through every way of writing it."""
    assert not is_public(address)
