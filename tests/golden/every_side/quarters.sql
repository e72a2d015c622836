-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalVolume,
        Open,
        High,
        Low,
        Close,
        TradeAskVWAP__traded_value,
        TradeAskVWAP__priced_volume,
        TradeBidAvgPrice__price_sum,
        TradeBidAvgPrice__priced_trades,
        Open__time,
        Open__sequence,
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
        sum(TradeAskVWAP__traded_value)                                  AS TradeAskVWAP__traded_value,
        sum(TradeAskVWAP__priced_volume)                                 AS TradeAskVWAP__priced_volume,
        sum(TradeBidAvgPrice__price_sum)                                 AS TradeBidAvgPrice__price_sum,
        CAST(sum(TradeBidAvgPrice__priced_trades) AS BIGINT)             AS TradeBidAvgPrice__priced_trades,
        arg_min(Open, (Open__time, Open__sequence, ListingId, Open))     AS Open,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close,
        max(High)                                                        AS High,
        min(Low)                                                         AS Low
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000)                                 AS TimeBucket,
    coalesce(TradeTotalVolume, 0)                                            AS TradeTotalVolume,
    TradeAskVWAP__traded_value / nullif(TradeAskVWAP__priced_volume, 0)      AS TradeAskVWAP,
    TradeBidAvgPrice__price_sum / nullif(TradeBidAvgPrice__priced_trades, 0) AS TradeBidAvgPrice,
    Open,
    Close,
    High,
    Low
FROM grouped_bars
