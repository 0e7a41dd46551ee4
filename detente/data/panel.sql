-- The steps from readings to dyad-days; `detente/panel.py` runs them in order. The first takes the files as its parameter.
-- `asked` is what the caller wants, `weights` and `cow` are tables of detente/data/relations.

-- Each article once, however many files hold it. One without a date cannot be placed in time.
CREATE TEMP TABLE articles AS
SELECT coalesce(publisher, '') AS publisher, CAST(published_at[1:10] AS DATE) AS published, reading
FROM read_parquet(?, union_by_name = true)
WHERE published_at IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY publisher, published_at, coalesce(url, id), md5(text)) = 1;

-- One row for each event that happened or is planned. Its day: its own last day; a plan counts on the day it was printed.
CREATE TEMP TABLE reports AS
WITH events AS (
    SELECT publisher, published, reading, unnest(CAST(json_extract(reading, '$.events') AS JSON[])) AS event FROM articles
), fields AS (
    SELECT publisher, published, event->>'event_type' AS type, event->>'status' AS status, CAST(event->>'score' AS DOUBLE) AS score,
        event->>'quad' AS quad, TRY_CAST(event->'date'->>'start' AS DATE) AS first, TRY_CAST(event->'date'->>'end' AS DATE) AS last,
        list_distinct(list_filter(CAST(json_extract_string(event, '$.actors[*].code') AS VARCHAR[]), lambda x: x IS NOT NULL)) AS actors,
        list_distinct(list_filter(CAST(json_extract_string(event, '$.recipients[*].code') AS VARCHAR[]), lambda x: x IS NOT NULL)) AS recipients,
        list_filter(list_transform(CAST(event->'voices' AS VARCHAR[])[2:],
            lambda v: list_filter(CAST(reading->'statements' AS JSON[]), lambda s: s->>'id' = v)[1]->'speaker'), lambda s: s->>'name' IS NOT NULL)[-1]
            AS teller  -- the innermost named voice
    FROM events WHERE event->>'status' IN ('happened', 'scheduled')
)
SELECT * EXCLUDE (first, last), CASE
    WHEN status = 'scheduled' OR last IS NULL OR first > published + 1 THEN published ELSE last END AS day
FROM fields;

-- One row for each report and directed dyad; what is done together counts in both directions.
CREATE TEMP TABLE sides AS
WITH parties AS (
    SELECT *, type IN ('CONSULT', 'AGREE', 'COOPERATE') OR len(recipients) = 0 AS together,
        list_distinct(list_concat(actors, recipients)) AS everyone FROM reports
), dyads AS (
    SELECT *, unnest(CASE WHEN together THEN everyone ELSE actors END) AS actor FROM parties
), directed AS (
    SELECT *, unnest(CASE WHEN together THEN everyone ELSE recipients END) AS recipient FROM dyads
)
SELECT d.actor, d.recipient, d.type, d.status, d.score, d.quad, d.day, d.published, d.publisher,
    CASE WHEN d.teller IS NULL THEN 'narrator' WHEN d.teller->>'code' = d.actor THEN 'own' WHEN d.teller->>'code' = d.recipient THEN 'recipient'
        ELSE 'third' END AS voice
FROM directed d, asked
WHERE d.actor <> d.recipient AND (asked.one IS NULL OR (d.actor, d.recipient) IN ((asked.one, asked.other), (asked.other, asked.one)))
    AND (asked.until IS NULL OR d.published <= asked.until);

-- Reports of one type, dyad and status whose days follow each other closely are cut into stretches of window_days + 1 days.
CREATE TEMP TABLE merged AS
WITH gaps AS (
    SELECT *, coalesce(day - lag(day) OVER same > asked.window_days, true)::INTEGER AS opens FROM sides, asked
    WINDOW same AS (PARTITION BY actor, recipient, type, status ORDER BY day)
), chains AS (
    SELECT *, sum(opens) OVER (PARTITION BY actor, recipient, type, status ORDER BY day ROWS UNBOUNDED PRECEDING) AS chain FROM gaps
)
SELECT *, (day - min(day) OVER (PARTITION BY actor, recipient, type, status, chain)) // (window_days + 1) AS stretch FROM chains;

-- Happenings, and when each of the first three publishers told them.
CREATE TEMP TABLE happenings AS
SELECT actor, recipient, type, status, chain, stretch, arg_min(day, (published, day)) AS day, mode(score) AS score, mode(quad) AS quad,
    arg_min(voice, (published, voice)) AS voice
FROM merged GROUP BY ALL;
CREATE TEMP TABLE told AS
SELECT actor, recipient, type, status, chain, stretch, publisher, min(published) AS published,
    row_number() OVER (PARTITION BY actor, recipient, type, status, chain, stretch ORDER BY min(published), publisher) AS rank
FROM merged GROUP BY actor, recipient, type, status, chain, stretch, publisher
QUALIFY rank <= 3;

-- What each publisher adds, from the day on which it is known: the weight of two publishers less that of one, and so on.
CREATE TEMP TABLE shares AS
SELECT h.actor, h.recipient, h.day, greatest(h.day, t.published) AS since,
    -h.score * s.weight * v.weight * (p.weight - coalesce(before.weight, 0)) AS points
FROM happenings h JOIN told t USING (actor, recipient, type, status, chain, stretch)
JOIN weights s ON s.part = 'status' AND s.name = h.status
JOIN weights v ON v.part = 'voice' AND v.name = h.voice
JOIN weights p ON p.part = 'publishers' AND p.name = CAST(t.rank AS VARCHAR)
LEFT JOIN weights before ON before.part = 'publishers' AND before.name = CAST(t.rank - 1 AS VARCHAR);

-- Every day of every dyad from its first one. With weights 2^(age / half life), the decayed sum is a running sum.
CREATE TEMP TABLE days AS
WITH settings AS (
    SELECT max(weight) FILTER (name = 'half_life_days') AS half_life, max(weight) FILTER (name = 'silent_days') AS silent FROM weights
), dyads AS (
    SELECT actor, recipient, min(day) AS first FROM shares GROUP BY ALL
), last AS (
    SELECT coalesce((SELECT until FROM asked), max(published)) AS day FROM articles
), grid AS (
    SELECT actor, recipient, first, unnest(generate_series(first, last.day, INTERVAL 1 DAY))::DATE AS day FROM dyads, last
), added AS (
    SELECT s.actor, s.recipient, s.since AS day, max(s.day) AS latest, sum(s.points * pow(2, (s.day - d.first) / settings.half_life)) AS points
    FROM shares s JOIN dyads d USING (actor, recipient), settings GROUP BY ALL
), summed AS (
    SELECT g.actor, g.recipient, g.day, g.first, sum(a.points) OVER known AS points, max(a.latest) OVER known AS latest
    FROM grid g LEFT JOIN added a USING (actor, recipient, day)
    WINDOW known AS (PARTITION BY g.actor, g.recipient ORDER BY g.day ROWS UNBOUNDED PRECEDING)
)
SELECT actor, recipient, day,
    CASE WHEN day - latest <= settings.silent THEN round(points * pow(2, -(day - first) / settings.half_life), 4) END AS tension
FROM summed, settings;

CREATE TEMP TABLE panel AS
WITH counts AS (
    SELECT actor, recipient, day, count(*) FILTER (quad = 'verbal cooperation') AS verbal_cooperation,
        count(*) FILTER (quad = 'material cooperation') AS material_cooperation,
        count(*) FILTER (quad = 'verbal conflict') AS verbal_conflict, count(*) FILTER (quad = 'material conflict') AS material_conflict
    FROM happenings WHERE status = 'happened' GROUP BY ALL
)
SELECT strftime(d.day, '%Y-%m-%d') AS date, actor, recipient, a.number AS actor_cow, r.number AS recipient_cow, d.tension,
    coalesce(c.verbal_cooperation, 0) AS verbal_cooperation, coalesce(c.material_cooperation, 0) AS material_cooperation,
    coalesce(c.verbal_conflict, 0) AS verbal_conflict, coalesce(c.material_conflict, 0) AS material_conflict
FROM days d LEFT JOIN counts c USING (actor, recipient, day)
LEFT JOIN cow a ON a.code = d.actor LEFT JOIN cow r ON r.code = d.recipient, asked
WHERE asked.since IS NULL OR d.day >= asked.since;
