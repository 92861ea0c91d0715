-- Open tickets :first to :last with a lead that is not due yet, and :closed closed ones beside each.
WITH town AS (
    SELECT array_agg(v.unit_id ORDER BY v.unit_id) AS ids, array_agg(v.parent_id ORDER BY v.unit_id) AS districts
    FROM unit_version v JOIN unit u USING (unit_id)
    WHERE u.kind = 'township'
)
INSERT INTO ticket (
    ticket_id, ticket_no, kind, channel, category, urgency, state, is_imported, is_excluded, is_confidential, unit_id, district_id,
    round, assignment_count, received_at, dispatched_at, due_at, is_due_provisional, limit_text, returns, redos, changed_at,
    event_count, head, sealed_count
)
SELECT
    n * (:closed + 1) + k, 'L' || lpad((n * (:closed + 1) + k)::text, 9, '0'), 'complaint', 'phone', '城市管理', 'ordinary',
    CASE WHEN k = 0 THEN 'dispatched' ELSE 'closed' END, false, false, false,
    town.ids[1 + n % array_length(town.ids, 1)], town.districts[1 + n % array_length(town.ids, 1)], 1, 1,
    CAST(:due AS timestamptz) - interval '30 days', CAST(:due AS timestamptz) - interval '30 days',
    CAST(:due AS timestamptz) + n * interval '1 second', false, '30nd', 0, 0, CAST(:due AS timestamptz) - interval '30 days',
    1, sha256((n * 10 + k)::text::bytea), 1
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n, generate_series(0, CAST(:closed AS int)) AS k, town;
INSERT INTO assignment (
    ticket_id, number, round, role, unit_id, state, sent_at, limit_text, policy_version, acknowledge_due_at, first_contact_due_at,
    due_at, is_due_provisional, is_designated, yellow_at, next_at, completed_at
)
SELECT
    ticket_id, 1, 1, 'lead', unit_id, CASE state WHEN 'closed' THEN 'completed' ELSE 'sent' END, dispatched_at, limit_text, 'bench',
    dispatched_at, dispatched_at, due_at, false, false, due_at - interval '1 day',
    CASE state WHEN 'closed' THEN NULL ELSE due_at - interval '1 day' END, CASE state WHEN 'closed' THEN dispatched_at END
FROM ticket
WHERE ticket_id BETWEEN :first * (:closed + 1) AND (:last + 1) * (:closed + 1) - 1;
INSERT INTO event (ticket_id, number, type, at, actor, unit_code, data, schema, algorithm, previous, hash)
SELECT ticket_id, 1, 'ticket.received', received_at, 'bench', NULL, '{}', 1, 1, ''::bytea, head FROM ticket
WHERE state = 'dispatched' AND ticket_id BETWEEN :first * (:closed + 1) AND (:last + 1) * (:closed + 1) - 1;
SELECT setval('ticket_id_seq', (SELECT max(ticket_id) FROM ticket))
