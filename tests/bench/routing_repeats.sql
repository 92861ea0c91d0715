-- Tickets :first to :last of the last four weeks, most of them closed, over every township and a hundred categories, with a voice each.
WITH town AS (
    SELECT array_agg(v.unit_id ORDER BY v.unit_id) AS ids, array_agg(u.code ORDER BY v.unit_id) AS codes
    FROM unit_version v JOIN unit u USING (unit_id)
    WHERE u.kind = 'township'
)
INSERT INTO ticket (
    ticket_id, ticket_no, kind, channel, category, urgency, state, is_imported, is_excluded, is_confidential, unit_id, place_code,
    round, assignment_count, received_at, is_due_provisional, returns, redos, changed_at, event_count, head, sealed_count
)
SELECT
    n, 'P' || lpad(n::text, 9, '0'), 'complaint', 'phone', 'bench-' || n / 7 % 100, 'ordinary',
    CASE WHEN n % 5 = 0 THEN 'dispatched' ELSE 'closed' END, false, false, false,
    town.ids[1 + n % array_length(town.ids, 1)], town.codes[1 + n % array_length(town.codes, 1)], 1, 0,
    CAST(:at AS timestamptz) - (CAST(:last AS bigint) - n) * interval '28 days' / CAST(:last AS bigint), false, 0, 0,
    CAST(:at AS timestamptz), 1, sha256(n::text::bytea), 0
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n, town;
INSERT INTO voice (ticket_id, sealed, key_id, phone_index, index_version, is_confidential, created_at)
SELECT n, NULL, NULL, sha256((n * 7 % 700000)::text::bytea), 1, false, CAST(:at AS timestamptz)
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n;
SELECT setval('ticket_id_seq', (SELECT max(ticket_id) FROM ticket))
