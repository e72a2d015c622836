-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        QuoteUpdateCount,
        OrderFlowImbalance2,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM minutes
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
        CAST(sum(QuoteUpdateCount) AS BIGINT) AS QuoteUpdateCount,
        sum(OrderFlowImbalance2)              AS OrderFlowImbalance2
    FROM bucketed_bars
    GROUP BY ListingId, bucket
)
-- the result
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    coalesce(QuoteUpdateCount, 0)            AS QuoteUpdateCount,
    coalesce(OrderFlowImbalance2, 0)         AS OrderFlowImbalance2
FROM grouped_bars
