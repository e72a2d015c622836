-- minutes: trade, 60 s buckets (start, end], labelled by their end; with the states later passes merge
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
        sum(CASE WHEN isfinite(LocalPrice) THEN LocalPrice * Size END) AS total_traded_value,
        sum(CASE WHEN isfinite(LocalPrice) THEN Size END)              AS total_priced_volume,
        arg_min(LocalPrice, event_order)                               AS total_open,
        min(CASE WHEN LocalPrice IS NOT NULL THEN event_order END)     AS total_open_order,
        max(LocalPrice)                                                AS total_high,
        min(LocalPrice)                                                AS total_low,
        arg_max(LocalPrice, event_order)                               AS total_close,
        max(CASE WHEN LocalPrice IS NOT NULL THEN event_order END)     AS total_close_order,
        median(LocalPrice)                                             AS total_median_price
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
    total_traded_value / nullif(total_priced_volume, 0) AS TradeTotalVWAP,
    total_open                                          AS Open,
    total_high                                          AS High,
    total_low                                           AS Low,
    total_close                                         AS Close,
    total_median_price                                  AS TradeTotalMedianPrice,
    total_traded_value                                  AS TradeTotalVWAP__traded_value,
    total_priced_volume                                 AS TradeTotalVWAP__priced_volume,
    bucket * 60000000000 + CAST((total_open_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS Open__time,
    CAST((((total_open_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS Open__sequence,
    bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS Close__time,
    CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS Close__sequence
FROM trade_states
