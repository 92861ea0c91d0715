"""Open periods kept counted: their facts as rows, their counts beside them, and what changed since laid over both."""
