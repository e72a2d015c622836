-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        Microprice2,
        BidDepth10bps,
        AskCostToTrade250_5,
        Microprice2__time,
        Microprice2__sequence,
        BidDepth10bps__time,
        BidDepth10bps__sequence,
        AskCostToTrade250_5__time,
        AskCostToTrade250_5__sequence,
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
        arg_max_null(Microprice2, (Microprice2__time, Microprice2__sequence, ListingId, Microprice2)) FILTER (WHERE Microprice2__time IS NOT NULL) AS Microprice2,
        arg_max_null(BidDepth10bps, (BidDepth10bps__time, BidDepth10bps__sequence, ListingId, BidDepth10bps)) FILTER (WHERE BidDepth10bps__time IS NOT NULL) AS BidDepth10bps,
        arg_max_null(AskCostToTrade250_5, (AskCostToTrade250_5__time, AskCostToTrade250_5__sequence, ListingId, AskCostToTrade250_5)) FILTER (WHERE AskCostToTrade250_5__time IS NOT NULL) AS AskCostToTrade250_5
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    Microprice2,
    BidDepth10bps,
    AskCostToTrade250_5
FROM grouped_bars
