"""Errors of the event store.

EventsError                  the text is for people
├── StoreUnavailable         nothing can be stored or read just now
│   └── NewerDatabase        nor ever, by this version
├── CorruptDatabase          what is there cannot be read
├── UnknownEvent
└── EventGoesOn              it cannot be deleted yet
"""


class EventsError(Exception):
    """Base of everything that the event store raises on purpose."""


class StoreUnavailable(EventsError):
    pass


class NewerDatabase(StoreUnavailable):
    """A newer Peerlens made the database: writing to it could destroy what it knows."""


class CorruptDatabase(EventsError):
    pass


class UnknownEvent(EventsError):
    pass


class EventGoesOn(EventsError):
    pass
