"""政策: the policies that were, are and will be in force, and what another one would have changed."""
