"""The media path: source -> decode -> motion -> encode -> hub -> peer."""
