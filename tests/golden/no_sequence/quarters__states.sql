-- quarters: generic, 900 s buckets (start, end], labelled by their end; with the states later passes merge
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        High,
        Low,
        Close,
        TradeBidOpen,
        Close__time,
        TradeBidOpen__time,
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
reference_rows AS (
    -- what the reference table says of each listing
    SELECT DISTINCT
        ListingId,
        InstrumentId,
        MIC
    FROM reference
    WHERE ListingId IS NOT NULL
),
mapped_bars AS (
    -- each bar with the reference row of its listing; nulls where there is none
    SELECT
        bucketed_bars.*,
        reference_rows.InstrumentId AS InstrumentId,
        reference_rows.MIC          AS MIC
    FROM bucketed_bars
    LEFT JOIN reference_rows
      ON bucketed_bars.ListingId = reference_rows.ListingId
),
grouped_bars AS (
    -- one row per InstrumentId, MIC, TimeBucket
    SELECT
        InstrumentId,
        MIC,
        bucket,
        arg_max(Close, (Close__time, ListingId, Close))                      AS Close,
        arg_max(Close__time, (Close__time, ListingId, Close)) FILTER (WHERE Close IS NOT NULL) AS Close__time,
        arg_max(ListingId, (Close__time, ListingId, Close)) FILTER (WHERE Close IS NOT NULL) AS Close__listing,
        arg_min(TradeBidOpen, (TradeBidOpen__time, ListingId, TradeBidOpen)) AS TradeBidOpen,
        avg(High)                                                            AS High,
        count(Low)                                                           AS Low
    FROM mapped_bars
    GROUP BY InstrumentId, MIC, bucket
)
-- the result
SELECT
    InstrumentId,
    MIC,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    Close,
    TradeBidOpen,
    High,
    Low,
    Close__time,
    Close__listing
FROM grouped_bars
