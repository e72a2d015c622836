-- pass2: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of pass1
    SELECT
        ListingId,
        TradeTotalVolume,
        TradeTotalNotionalEUR,
        Close,
        Close__time,
        Close__sequence,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM pass1__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 900 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 900000000000 - (bar_start % 900000000000 < 0)::BIGINT AS bucket
    FROM source_bars
),
reference_rows AS (
    -- what the reference table says of each listing
    SELECT DISTINCT
        ListingId,
        InstrumentId
    FROM reference
    WHERE ListingId IS NOT NULL
),
mapped_bars AS (
    -- each bar with the reference row of its listing; nulls where there is none
    SELECT
        bucketed_bars.*,
        reference_rows.InstrumentId AS InstrumentId
    FROM bucketed_bars
    LEFT JOIN reference_rows
      ON bucketed_bars.ListingId = reference_rows.ListingId
),
grouped_bars AS (
    -- one row per InstrumentId, TimeBucket
    SELECT
        InstrumentId,
        bucket,
        sum(TradeTotalVolume)                                            AS TradeTotalVolume,
        sum(TradeTotalNotionalEUR)                                       AS TradeTotalNotionalEUR,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    coalesce(TradeTotalVolume, 0)            AS TradeTotalVolume,
    coalesce(TradeTotalNotionalEUR, 0)       AS TradeTotalNotionalEUR,
    Close
FROM grouped_bars
