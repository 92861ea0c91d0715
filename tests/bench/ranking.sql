-- Imported-style tickets of one period, straight into the table: :count rows over every township, most of them followed up.
-- One after another, as they come: a month of ten lies together.
WITH town AS (
    SELECT array_agg(v.unit_id ORDER BY v.unit_id) AS ids, array_agg(v.parent_id ORDER BY v.unit_id) AS districts
    FROM unit_version v JOIN unit u USING (unit_id)
    WHERE u.kind = 'township'
), roll AS (
    SELECT n, 1 + floor(random() * array_length(town.ids, 1))::int AS at, random() AS life, random() AS yes, random() AS content,
        :start + (n - random()) / :count * (:end - :start) AS received_at, random() * interval '5 days' AS work, random() * interval '4 days' AS wait
    FROM generate_series(1, :count) AS n, town
), life AS (
    SELECT roll.*, town.ids[at] AS unit_id, town.districts[at] AS district_id, life < 0.9 AS is_followed, life < 0.8 AS is_reached
    FROM roll, town
)
INSERT INTO ticket (
    ticket_id, ticket_no, kind, channel, category, urgency, state, is_imported, is_excluded, is_confidential, unit_id, district_id,
    round, assignment_count, received_at, dispatched_at, due_at, is_due_provisional, acknowledged_at, first_contact_at,
    completed_at, charged_unit_id, followed_up_at, reached, contacted, solved, satisfaction, returns, redos, closed_at, changed_at,
    event_count, head, sealed_count
)
SELECT
    n, 'R' || lpad(n::text, 9, '0'), (ARRAY['complaint', 'help', 'report', 'consultation'])[1 + n % 4], 'phone', '城市管理', 'ordinary',
    'closed', true, life < 0.01, false, unit_id, district_id,
    1, 0, received_at, received_at, received_at + interval '5 days', false, received_at + work / 10, received_at + work / 5,
    received_at + work, CASE WHEN is_followed THEN unit_id END, CASE WHEN is_followed THEN received_at + work + wait END,
    CASE WHEN is_followed THEN is_reached END, CASE WHEN is_reached THEN true END,
    CASE WHEN is_reached THEN CASE WHEN yes < 0.8 THEN 'yes' WHEN yes < 0.9 THEN 'partly' ELSE 'no' END END,
    CASE WHEN is_reached THEN CASE WHEN content < 0.7 THEN 'satisfied' WHEN content < 0.9 THEN 'basically' ELSE 'dissatisfied' END END,
    0, 0, received_at + work, received_at + work,
    1, sha256(n::text::bytea), 1
FROM life
