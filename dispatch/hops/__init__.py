"""Sharing the work: supports, second-level dispatch, and how long each held a ticket. The lead stays charged."""
