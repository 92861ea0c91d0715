"""What stands beside the official numbers, never instead: rank intervals, the funnel plot, rates with exclusions back in."""
