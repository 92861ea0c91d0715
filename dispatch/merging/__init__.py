"""Repeats of one matter: found, merged so that each caller stays a voice, and taken apart again (rules.md §5)."""
