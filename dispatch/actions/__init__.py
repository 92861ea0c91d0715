"""The verbs of a ticket as one list: API routes, console forms and permissions all follow from it."""
