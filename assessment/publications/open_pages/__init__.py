"""Published rankings for citizens, where the city wants them."""
