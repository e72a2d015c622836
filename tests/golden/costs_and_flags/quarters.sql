-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        DiscrepancyToPreTradeMidLast,
        OddLotTradeVolume,
        DiscrepancyToEBBO__discrepancy_sum_ebbo,
        DiscrepancyToEBBO__discrepancy_count_ebbo,
        DiscrepancyToPreTradeMidLast__time,
        DiscrepancyToPreTradeMidLast__sequence,
        RetailEffectiveSpread1s__effective_spread_sum,
        RetailEffectiveSpread1s__effective_spread_trades,
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
        sum(DiscrepancyToEBBO__discrepancy_sum_ebbo)                          AS DiscrepancyToEBBO__discrepancy_sum_ebbo,
        CAST(sum(DiscrepancyToEBBO__discrepancy_count_ebbo) AS BIGINT)        AS DiscrepancyToEBBO__discrepancy_count_ebbo,
        arg_max(DiscrepancyToPreTradeMidLast, (DiscrepancyToPreTradeMidLast__time, DiscrepancyToPreTradeMidLast__sequence, ListingId, DiscrepancyToPreTradeMidLast)) AS DiscrepancyToPreTradeMidLast,
        sum(OddLotTradeVolume)                                                AS OddLotTradeVolume,
        sum(RetailEffectiveSpread1s__effective_spread_sum)                    AS RetailEffectiveSpread1s__effective_spread_sum,
        CAST(sum(RetailEffectiveSpread1s__effective_spread_trades) AS BIGINT) AS RetailEffectiveSpread1s__effective_spread_trades
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    DiscrepancyToEBBO__discrepancy_sum_ebbo / nullif(DiscrepancyToEBBO__discrepancy_count_ebbo, 0) AS DiscrepancyToEBBO,
    DiscrepancyToPreTradeMidLast,
    coalesce(OddLotTradeVolume, 0)           AS OddLotTradeVolume,
    RetailEffectiveSpread1s__effective_spread_sum / nullif(RetailEffectiveSpread1s__effective_spread_trades, 0) AS RetailEffectiveSpread1s
FROM grouped_bars
