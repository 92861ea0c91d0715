-- The floor: the same tickets, the same conditions, nothing joined and nothing looked up (rules.md §6-7).
SELECT
    unit_id,
    count(*) FILTER (WHERE NOT is_excluded) AS received,
    count(*) FILTER (WHERE NOT is_excluded AND reached) AS valid,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND contacted) AS contacted,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND solved = 'yes') AS yes,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND solved = 'partly') AS partly,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND satisfaction = 'satisfied') AS satisfied,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND satisfaction = 'basically') AS basically,
    count(*) FILTER (WHERE is_excluded) AS excluded,
    count(*) FILTER (WHERE NOT is_excluded AND first_contact_at IS NOT NULL) AS first_contacted,
    count(*) FILTER (WHERE NOT is_excluded AND completed_at <= due_at) AS on_time,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND is_explained AND solved IS DISTINCT FROM 'yes') AS explained_not_yes,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND contacted IS NULL) AS unknown_contacted,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND solved IS NULL) AS unknown_solved,
    count(*) FILTER (WHERE NOT is_excluded AND reached AND satisfaction IS NULL) AS unknown_satisfaction
FROM ticket
WHERE received_at >= :start AND received_at < :end AND kind IN ('help', 'complaint', 'report')
GROUP BY unit_id
