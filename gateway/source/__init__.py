"""Cameras: everything that pictures come from, behind one small protocol."""
