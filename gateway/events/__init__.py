"""What moved, kept: events in SQLite, with snapshots and clips in files beside it."""
