"""Exchange files: the strict CSV reader, the rejects, and the ``import`` commands (design §9)."""
