-- every_hour: generic, 3600 s buckets of sessions 09:30 to 16:00 in America/New_York (start, end], labelled by their end
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
        sum(Volume)                                    AS VolumeSum,
        count(Volume)                                  AS VolumeCount,
        arg_max(Close, (TimeBucket, ListingId, Close)) AS Close
    FROM bucketed_bars
    GROUP BY ListingId, session_open, session_close, bucket
),
followed_bars AS (
    -- each row with the next bucket of its series
    SELECT
        *,
        lead(bucket) OVER (PARTITION BY ListingId, session_open, session_close ORDER BY bucket) AS next_bucket
    FROM grouped_bars
),
spread_bars AS (
    -- each row once for every bucket up to the next
    SELECT
        *,
        unnest(generate_series(bucket, coalesce(next_bucket - 1, bucket))) AS filled_bucket
    FROM followed_bars
),
filled_bars AS (
    -- in a gap only what is carried from the row before
    SELECT
        ListingId,
        session_open,
        session_close,
        filled_bucket                                         AS bucket,
        CASE WHEN filled_bucket = bucket THEN VolumeSum END   AS VolumeSum,
        CASE WHEN filled_bucket = bucket THEN VolumeCount END AS VolumeCount,
        Close
    FROM spread_bars
)
-- the result
SELECT
    ListingId,
    make_timestamp(least(session_open + (bucket + 1) * 3600000000000, session_close) // 1000) AS TimeBucket,
    VolumeSum,
    coalesce(VolumeCount, 0) AS VolumeCount,
    Close
FROM filled_bars
