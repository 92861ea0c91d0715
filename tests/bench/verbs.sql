-- What the imported tickets of ranking.sql lack: one event each and the public number by which requests name them.
INSERT INTO ticket_number (ticket_no, ticket_id) SELECT ticket_no, ticket_id FROM ticket;
INSERT INTO event (ticket_id, number, type, at, actor, unit_code, data, schema, algorithm, previous, hash)
SELECT ticket_id, 1, 'ticket.imported', received_at, 'import:bench', NULL, '{}', 1, 1, ''::bytea, head FROM ticket;
-- New tickets come after them.
SELECT setval('ticket_id_seq', (SELECT max(ticket_id) FROM ticket));
