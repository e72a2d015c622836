-- hours: generic, 3600 s buckets of sessions 09:30 to 16:00 in America/New_York (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of vendor
    SELECT
        ListingId,
        TimeBucket,
        CASE WHEN Close IS DISTINCT FROM 'NaN' THEN Close END   AS Close,
        CASE WHEN Volume IS DISTINCT FROM 'NaN' THEN Volume END AS Volume,
        epoch_ns(TimeBucket) - 900000000000                     AS bar_start
    FROM vendor
),
local_bars AS (
    -- each bar with the local day on which the session that is on opened
    SELECT
        *,
        CAST(timezone('America/New_York', timezone('UTC', make_timestamp(bar_start // 1000))) - INTERVAL 34200 SECOND AS DATE) AS session_day
    FROM source_bars
),
session_bars AS (
    -- each bar with the edges of that session
    SELECT
        *,
        epoch_ns(timezone('America/New_York', session_day + INTERVAL 34200 SECOND)) AS session_open,
        epoch_ns(timezone('America/New_York', session_day + INTERVAL 57600 SECOND)) AS session_close
    FROM local_bars
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 3600 s buckets of sessions 09:30 to 16:00 in America/New_York (start, end], labelled by their end
    SELECT
        *,
        (bar_start - session_open) // 3600000000000 AS bucket
    FROM session_bars
    WHERE bar_start >= session_open
      AND bar_start + 900000000000 <= session_close
),
grouped_bars AS (
    -- one row per ListingId, TimeBucket
    SELECT
        ListingId,
        session_open,
        session_close,
        bucket,
        sum(Volume)                                    AS Volume,
        arg_max(Close, (TimeBucket, ListingId, Close)) AS Close
    FROM bucketed_bars
    GROUP BY ListingId, session_open, session_close, bucket
)
-- the result
SELECT
    ListingId,
    make_timestamp(least(session_open + (bucket + 1) * 3600000000000, session_close) // 1000) AS TimeBucket,
    Volume,
    Close
FROM grouped_bars
