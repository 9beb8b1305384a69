"""The HTTP edge that signaling and gateway share: settings, roles, origins, problems, serving."""
