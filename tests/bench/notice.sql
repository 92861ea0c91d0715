-- Open tickets whose limits reach into a year that is not published yet: :count of them over every township, lead and event each.
WITH town AS (
    SELECT array_agg(v.unit_id ORDER BY v.unit_id) AS ids, array_agg(v.parent_id ORDER BY v.unit_id) AS districts
    FROM unit_version v JOIN unit u USING (unit_id)
    WHERE u.kind = 'township'
), sent AS (
    SELECT n, 1 + n % array_length(town.ids, 1) AS at,
        timestamptz '2026-12-21 00:00+08' + (n % 14400) * interval '1 minute' AS sent_at
    FROM generate_series(1, :count) AS n, town
)
INSERT INTO ticket (
    ticket_id, ticket_no, kind, channel, category, urgency, state, is_imported, is_excluded, is_confidential, unit_id, district_id,
    round, assignment_count, received_at, dispatched_at, due_at, is_due_provisional, limit_text, returns, redos, changed_at,
    event_count, head, sealed_count
)
SELECT
    n, 'N' || lpad(n::text, 9, '0'), 'complaint', 'phone', '城市管理', 'ordinary', 'dispatched', false, false, false,
    town.ids[at], town.districts[at], 1, 1, sent_at, sent_at, timestamptz '2027-01-20 00:00+08', true, '10wd', 0, 0, sent_at,
    1, sha256(n::text::bytea), 0
FROM sent, town;
INSERT INTO assignment (
    ticket_id, number, round, role, unit_id, state, sent_at, limit_text, policy_version, acknowledge_due_at, first_contact_due_at,
    due_at, is_due_provisional, is_designated, yellow_at, next_at
)
SELECT
    ticket_id, 1, 1, 'lead', unit_id, 'sent', dispatched_at, limit_text, 'bench', dispatched_at, dispatched_at,
    due_at, true, false, due_at - interval '1 day', due_at - interval '1 day'
FROM ticket;
INSERT INTO event (ticket_id, number, type, at, actor, unit_code, data, schema, algorithm, previous, hash)
SELECT ticket_id, 1, 'ticket.received', received_at, 'bench', NULL, '{}', 1, 1, ''::bytea, head FROM ticket;
SELECT setval('ticket_id_seq', (SELECT max(ticket_id) FROM ticket));
