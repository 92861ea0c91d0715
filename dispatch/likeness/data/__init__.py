"""Phrases that say nothing about a matter, and words that say the same."""
