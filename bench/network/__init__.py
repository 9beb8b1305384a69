"""An emulated link: two network namespaces with a userspace forwarder between them.

``link`` is the model, without I/O. ``forwarder`` applies it to the packets of two TUN devices.
``namespaces`` makes the two ends, ``emulated_link`` joins all of this for the time of a block,
and ``profiles`` has the links that have a name.
"""
