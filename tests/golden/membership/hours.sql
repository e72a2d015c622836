-- hours: generic, 3600 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of indices
    SELECT
        Index,
        TradeTotalVolume,
        TradeTotalCount,
        TradeTotalVWAP__traded_value,
        TradeTotalVWAP__priced_volume,
        epoch_ns(TimeBucket) - 900000000000 AS bar_start
    FROM indices__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 3600 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 3600000000000 - (bar_start % 3600000000000 < 0)::BIGINT AS bucket
    FROM source_bars
),
grouped_bars AS (
    -- one row per Index, TimeBucket
    SELECT
        Index,
        bucket,
        sum(TradeTotalVolume)              AS TradeTotalVolume,
        sum(TradeTotalCount)               AS TradeTotalCount,
        sum(TradeTotalVWAP__traded_value)  AS TradeTotalVWAP__traded_value,
        sum(TradeTotalVWAP__priced_volume) AS TradeTotalVWAP__priced_volume
    FROM bucketed_bars
    GROUP BY Index, bucket
)
-- the result
SELECT
    Index,
    make_timestamp((bucket + 1) * 3600000000)                               AS TimeBucket,
    coalesce(TradeTotalVolume, 0)                                           AS TradeTotalVolume,
    coalesce(TradeTotalCount, 0)                                            AS TradeTotalCount,
    TradeTotalVWAP__traded_value / nullif(TradeTotalVWAP__priced_volume, 0) AS TradeTotalVWAP
FROM grouped_bars
