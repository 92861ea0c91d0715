"""Hints that numbers may have been made to look good: by unit, with the tickets behind; for inspection, never for points."""
