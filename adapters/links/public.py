"""Which addresses may be connected to on behalf of somebody who typed a link."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Addresses in which an IPv4 address is wrapped, and where in them it stands.
NAT64 = IPv6Network("64:ff9b::/96")


def is_public(host: str) -> bool:
    """Tell whether an address, as numbers, is one that anybody on the internet can reach.

    Raises ValueError for what is no address.
    """
    address = ip_address(host.partition("%")[0])  # without the zone, such as %eth0
    inner = _wrapped(address) if isinstance(address, IPv6Address) else None
    return all(a.is_global and not a.is_multicast for a in (address, inner) if a is not None)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address behind a mapped, NAT64, 6to4 or Teredo address."""
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
