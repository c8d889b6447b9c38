"""Which addresses count as one place. Pure.

A home or a server has not one IPv6 address but a network of 2⁶⁴: a limit for each would be none.
"""

from ipaddress import IPv6Address, ip_address

#: What providers hand out as one connection, at least.
IPV6_PREFIX = 64


def place(address: str) -> str:
    """An IPv4 address itself, of an IPv6 address its network; what is neither as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)
    return f"{IPv6Address(network)}/{IPV6_PREFIX}"
