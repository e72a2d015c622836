-- weeks: generic, weeks in UTC [start, end), labelled by their start
WITH source_bars AS (
    -- the rows of days
    SELECT
        ListingId,
        TradeTotalVolume,
        Close,
        Close__time,
        Close__sequence,
        epoch_ns(TimeBucket) AS bar_start
    FROM days__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: weeks in UTC [start, end), labelled by their start
    SELECT
        *,
        CAST(date_trunc('week', make_timestamp(bar_start // 1000)) AS DATE) AS bucket
    FROM source_bars
),
grouped_bars AS (
    -- one row per ListingId, TimeBucket
    SELECT
        ListingId,
        bucket,
        sum(TradeTotalVolume)                                            AS TradeTotalVolume,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close
    FROM bucketed_bars
    GROUP BY ListingId, bucket
)
-- the result
SELECT
    ListingId,
    timezone('UTC', timezone('UTC', CAST(bucket AS TIMESTAMP))) AS TimeBucket,
    coalesce(TradeTotalVolume, 0)                               AS TradeTotalVolume,
    Close
FROM grouped_bars
