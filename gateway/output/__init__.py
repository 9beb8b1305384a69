"""Publishing cameras to media servers, which carry them to more viewers than a gateway can."""
