"""The ground floor, which knows no domain: configuration, clock, database, events, outbox, jobs, errors, HTTP, logs, metrics."""
