"""The stream that wakes an operator's desk when a call of theirs changes; served by a process of its own."""
