"""Reproducible measurements: Peerlens against aiortc used as in its own examples."""
