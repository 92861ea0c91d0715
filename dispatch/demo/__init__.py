"""A sample month of a city: its places, its complaints, its people."""
