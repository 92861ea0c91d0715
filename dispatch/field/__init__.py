"""The grid worker's phone: matters seen on the way, tasks passed down, and what a phone sends when it can."""
