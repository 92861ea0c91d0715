"""The duty rota (值班表): who is on duty, whom an event calls, and who stands in where a call stays unread."""
