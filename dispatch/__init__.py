"""The hotline: from a citizen's call to a closed ticket."""
