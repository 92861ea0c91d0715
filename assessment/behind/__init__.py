"""The tickets behind the numbers, over HTTP."""
