"""The command line and the demo: the only place that joins signaling and gateway."""
