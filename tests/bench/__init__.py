"""``make bench``: intake, import and ranking, each beside its bare equivalent in the same run."""
