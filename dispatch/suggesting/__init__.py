"""Suggestions while an operator types: units and categories by words, full spelling or initials."""
