"""What is remembered: an append-only log of events per student, each bound to the one before by its hash."""

from dashboard.ledger.database import LedgerUnavailable
from dashboard.ledger.events import KINDS, Event, EventRefused, StoredEvent
from dashboard.ledger.migrations import is_current, upgrade
from dashboard.ledger.store import Store

__all__ = [
    "KINDS",
    "Event",
    "EventRefused",
    "LedgerUnavailable",
    "Store",
    "StoredEvent",
    "is_current",
    "upgrade",
]
