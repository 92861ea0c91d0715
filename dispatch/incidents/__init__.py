"""Known incidents (停水停暖、暴雨): one entry on the board for the many who call about the same thing."""
