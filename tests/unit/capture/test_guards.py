from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.capture.guards import is_private

PUBLIC = ("8.8.8.8", "1.1.1.1", "193.99.144.80", "2606:4700:4700::1111", "2a02:2e0:3fe:1001::1", "::ffff:8.8.8.8")
PRIVATE = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "2001:db8::1",
)
NONSENSE = ("", "localhost", "127.1", "0x7f000001", "1.2.3", "example.org")


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_fetched(address: str) -> None:
    assert not is_private(address)


@pytest.mark.parametrize("address", PRIVATE + NONSENSE)
def test_what_is_not_a_public_address_is_private(address: str) -> None:
    assert is_private(address)


@given(st.ip_addresses(v=4).map(str))
def test_an_address_is_as_private_mapped_into_ipv6_as_it_is_alone(address: str) -> None:
    assert is_private(f"::ffff:{address}") == is_private(address)
    assert is_private(f"64:ff9b::{address}") == is_private(address)
