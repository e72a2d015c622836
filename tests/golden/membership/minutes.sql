-- minutes: trade, 60 s buckets (start, end], labelled by their end
WITH source_trades AS (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                           AS event_ns,
        BMLLSequenceNo                                     AS sequence,
        MIC,
        Ticker,
        MarketState,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END AS LocalPrice,
        Size
    FROM trades
    WHERE Classification IN ('LIT_CONTINUOUS')
      AND NOT isnan(Size) AND isfinite(Size)
),
bucketed_trades AS (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM source_trades
),
ordered_trades AS (
    -- each trade with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(LocalPrice, MarketState) >> 37)::BIGINT AS event_order
    FROM bucketed_trades
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                                 AS MIC,
        any_value(Ticker)                                              AS Ticker,
        arg_max(MarketState, event_order)                              AS MarketState,
        sum(Size)                                                      AS total_volume,
        count(*)                                                       AS total_trades,
        sum(CASE WHEN isfinite(LocalPrice) THEN LocalPrice * Size END) AS total_traded_value,
        sum(CASE WHEN isfinite(LocalPrice) THEN Size END)              AS total_priced_volume
    FROM ordered_trades
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000)             AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    coalesce(total_volume, 0)                           AS TradeTotalVolume,
    coalesce(total_trades, 0)                           AS TradeTotalCount,
    total_traded_value / nullif(total_priced_volume, 0) AS TradeTotalVWAP
FROM trade_states
