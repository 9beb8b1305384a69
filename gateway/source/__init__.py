"""Cameras: everything that pictures come from, behind one small protocol."""

from gateway.source.base import Deliver, Source, SourceStats
from gateway.source.opening import open_source

__all__ = ["Deliver", "Source", "SourceStats", "open_source"]
