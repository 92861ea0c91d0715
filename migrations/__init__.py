"""Schema migrations, numbered ``NNNN_verb_object``."""
