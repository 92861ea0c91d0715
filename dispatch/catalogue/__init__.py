"""分类与派单目录: the versions of both tables that were, are and will be in force, and what another one would have changed."""
