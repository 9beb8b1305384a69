"""The wire contract of Peerlens: message types and their strict codec.

Imports nothing but the standard library. ``README.md`` beside this file is the
specification; ``vectors/*.json`` hold the examples that every implementation reads.
"""

VERSION = 1
"""Protocol version, sent as ``v`` in the first message of each side."""
