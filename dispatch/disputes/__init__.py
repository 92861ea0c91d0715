"""派单异议 beyond the ruling itself: consultation, precedents, proposals for the catalogue, first-dispatch accuracy."""
