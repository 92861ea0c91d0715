"""A unit's own numbers, for the pages that it works on."""
