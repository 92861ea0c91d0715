"""Outbox consumers: what units and citizens are told."""
