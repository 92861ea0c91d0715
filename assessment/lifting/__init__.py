"""What would lift a unit most: what each kind of loss costs it under the scheme, what is still open, how far the next rank is."""
