-- hours: generic, 3600 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of quarters
    SELECT
        InstrumentId,
        TradeTotalVolume,
        Close,
        TradeTotalVWAP__traded_value,
        TradeTotalVWAP__priced_volume,
        Close__time,
        Close__sequence,
        Close__listing,
        epoch_ns(TimeBucket) - 900000000000 AS bar_start
    FROM quarters__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 3600 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 3600000000000 - (bar_start % 3600000000000 < 0)::BIGINT AS bucket
    FROM source_bars
),
grouped_bars AS (
    -- one row per InstrumentId, TimeBucket
    SELECT
        InstrumentId,
        bucket,
        sum(TradeTotalVWAP__traded_value)                                     AS TradeTotalVWAP__traded_value,
        sum(TradeTotalVWAP__priced_volume)                                    AS TradeTotalVWAP__priced_volume,
        sum(TradeTotalVolume)                                                 AS TradeTotalVolume,
        arg_max(Close, (Close__time, Close__sequence, Close__listing, Close)) AS Close
    FROM bucketed_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 3600000000)                               AS TimeBucket,
    TradeTotalVWAP__traded_value / nullif(TradeTotalVWAP__priced_volume, 0) AS TradeTotalVWAP,
    coalesce(TradeTotalVolume, 0)                                           AS TradeTotalVolume,
    Close
FROM grouped_bars
