"""Private addresses are refused: a page must not lead the crawler into the network it runs in.

The address is looked at after name resolution and after the TCP connection stands, so that no trick with names can
change it between the look and the use; nothing has been sent by then, not even the TLS greeting. Requests through a
proxy are not guarded: the proxy resolves the name, and its own address is the operator's choice.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, cast
from typing import Protocol as StructuralType

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress, IProtocol

from pipelines.errors import AddressRefused

ALLOW_PRIVATE_SETTING = "PRESSARC_ALLOW_PRIVATE"

# Public by their registration, but answered by the cloud the machine stands in.
_CLOUD_OWN = frozenset({ipaddress.ip_address("168.63.129.16")})
# RFC 6052 §2.1: an IPv4 address stands in the last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Networks that `ipaddress` calls global, or did in some version that we run on.
_LOCAL_USE = (
    ipaddress.ip_network("192.0.0.0/24"),  # RFC 6890 §2.2.2
    ipaddress.ip_network("64:ff9b:1::/48"),  # RFC 8215
    ipaddress.ip_network("fec0::/10"),  # RFC 3879
)


def is_private(address: str) -> bool:
    """Whether *address* is not a public unicast address of the internet (loopback, RFC 1918, link-local, CGNAT, …).

    An IPv6 address that carries an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64) is as private as that is.
    What is no address at all counts as private.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv6Address):
        carried = _carried(parsed)
        if carried is not None:
            return is_private(str(carried))
    if any(parsed in network for network in _LOCAL_USE):
        return True
    return not parsed.is_global or parsed.is_multicast or parsed.is_reserved or parsed in _CLOUD_OWN


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    low = int(address) & 0xFFFFFFFF
    is_compatible = int(address) >> 32 == 0 and low > 1
    if is_compatible or address in _NAT64:
        return ipaddress.IPv4Address(low)
    return None


class Endpoint(StructuralType):
    """What an endpoint of Twisted can do (its own interface is not made for type checkers)."""

    def connect(self, protocolFactory: Factory, /) -> Deferred[IProtocol]:  # noqa: N803 Twisted's name
        """Connect, and build a protocol with the factory."""


@implementer(IStreamClientEndpoint)
class GuardedEndpoint:
    """An endpoint whose connections are dropped, before a byte is sent, if they reach a private address."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def connect(self, protocolFactory: Factory) -> Deferred[IProtocol]:  # noqa: N803 Twisted's name
        """Connect as the endpoint does; fails with `AddressRefused` where the address is private."""
        return self._endpoint.connect(_GuardedFactory(protocolFactory))


class _GuardedFactory(Factory):
    noisy = False

    def __init__(self, factory: Factory) -> None:
        self._factory = factory

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:  # noqa: N802 Twisted's name
        if isinstance(addr, IPv4Address | IPv6Address) and is_private(addr.host):
            raise AddressRefused(f"the address {addr.host} is private; --allow-private (crawl.allow_private) allows it")
        return cast("Protocol | None", self._factory.buildProtocol(addr))
