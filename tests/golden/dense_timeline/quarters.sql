-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalVolume,
        Close,
        Close__time,
        Close__sequence,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM minutes__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 900 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 900000000000 - (bar_start % 900000000000 < 0)::BIGINT AS bucket
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
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    coalesce(TradeTotalVolume, 0)            AS TradeTotalVolume,
    Close
FROM grouped_bars
