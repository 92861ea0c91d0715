"""互评: marks that units give each other, an indicator of the scheme that weighs it."""
