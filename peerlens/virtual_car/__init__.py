"""A virtual car's control board: what the firmware's core does, on this machine."""
