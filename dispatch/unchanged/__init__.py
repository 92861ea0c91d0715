"""What an open worklist asks every few seconds, answered before the application where nothing has changed (ADR 14)."""
