"""The names of the events that the journal keeps."""

from __future__ import annotations

ANSWERED = "answered"  # the event by which answers of the administrator are kept
