"""An optional second opinion: what a vision model says of an event's picture."""
