-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        BidPrice1,
        AskCumQuantity2,
        SpreadBps,
        MidOpen,
        MidHigh,
        MidClose,
        BidPrice1__time,
        BidPrice1__sequence,
        AskCumQuantity2__time,
        AskCumQuantity2__sequence,
        SpreadBps__time,
        SpreadBps__sequence,
        MidOpen__time,
        MidOpen__sequence,
        MidClose__time,
        MidClose__sequence,
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
        arg_max_null(BidPrice1, (BidPrice1__time, BidPrice1__sequence, ListingId, BidPrice1)) FILTER (WHERE BidPrice1__time IS NOT NULL) AS BidPrice1,
        arg_max_null(AskCumQuantity2, (AskCumQuantity2__time, AskCumQuantity2__sequence, ListingId, AskCumQuantity2)) FILTER (WHERE AskCumQuantity2__time IS NOT NULL) AS AskCumQuantity2,
        arg_max_null(SpreadBps, (SpreadBps__time, SpreadBps__sequence, ListingId, SpreadBps)) FILTER (WHERE SpreadBps__time IS NOT NULL) AS SpreadBps,
        arg_min(MidOpen, (MidOpen__time, MidOpen__sequence, ListingId, MidOpen)) AS MidOpen,
        max(MidHigh)                                                             AS MidHigh,
        arg_max(MidClose, (MidClose__time, MidClose__sequence, ListingId, MidClose)) AS MidClose
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    BidPrice1,
    AskCumQuantity2,
    SpreadBps,
    MidOpen,
    MidHigh,
    MidClose
FROM grouped_bars
