"""Networks between namespaces of one machine: bad links, and an internet with NAT.

An emulated link: ``link`` is the model, without I/O. ``forwarder`` applies it to the packets of two
TUN devices. ``namespaces`` makes the two ends, ``emulated_link`` joins all of this for the time
of a block, and ``profiles`` has the links that have a name.

An internet: ``internet`` has public hosts on a bridge, and private ones behind routers; ``nat`` is
what these do to packets.
"""
