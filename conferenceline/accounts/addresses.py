"""Where a request comes from, as far as anybody can know."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that failed tries are counted under; None where there is none.

    Behind a proxy of ours that is the last hop of X-Forwarded-For, which the proxy wrote; whatever stands before it,
    the visitor may have invented. An IPv6 address stands for its /64, since whoever has one has them all.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or said
    try:
        address = ip_address(said.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
