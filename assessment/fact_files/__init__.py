"""Facts as Parquet files, and the ranking counted from them by an engine of its own: the way past one machine."""
