"""Real addresses that come and go, in a namespace of their own."""

import pytest

from bench.network.namespaces import namespace
from gateway.own_address import is_own


@pytest.mark.parametrize("address", ["127.0.0.2", "5.6.7.8", "2a05::7"])
def test_an_address_is_own_as_long_as_a_device_has_it(address: str) -> None:
    with namespace("here") as here:
        here.configure("link add one type veth peer name other\nlink set one up")
        with here.entered():
            # All of 127.0.0.0/8 is always there.
            assert is_own(address) == address.startswith("127.")
            here.configure(f"addr add {address} dev one nodad")
            assert is_own(address)
            here.configure("link del one")
            assert is_own(address) == address.startswith("127.")
