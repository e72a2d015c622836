-- minutes: trade, 60 s buckets (start, end], labelled by their end
WITH source_trades AS (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                                  AS event_ns,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END        AS LocalPrice,
        Size,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS aggressor
    FROM prints
    WHERE NOT isnan(Size) AND isfinite(Size)
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
        {'event_ns': event_ns, 'LocalPrice': LocalPrice, 'Size': Size} AS event_order
    FROM bucketed_trades
),
trades_by_side AS (
    -- one row per listing, bucket and side (aggressor 1 took the ask, 2 the bid)
    SELECT
        ListingId,
        bucket,
        aggressor,
        arg_min(LocalPrice, event_order)                           AS open,
        min(CASE WHEN LocalPrice IS NOT NULL THEN event_order END) AS open_order,
        max(LocalPrice)                                            AS high,
        min(LocalPrice)                                            AS low,
        arg_max(LocalPrice, event_order)                           AS close,
        max(CASE WHEN LocalPrice IS NOT NULL THEN event_order END) AS close_order
    FROM ordered_trades
    GROUP BY ListingId, bucket, aggressor
),
trade_states AS (
    -- one row per listing and bucket: the sides merged, all that metrics are made of
    SELECT
        ListingId,
        bucket,
        arg_min(open, open_order)                                AS total_open,
        max(high)                                                AS total_high,
        min(low)                                                 AS total_low,
        arg_max(close, close_order)                              AS total_close,
        arg_min(open, open_order) FILTER (WHERE aggressor = 2)   AS bid_open,
        max(high) FILTER (WHERE aggressor = 2)                   AS bid_high,
        min(low) FILTER (WHERE aggressor = 2)                    AS bid_low,
        arg_max(close, close_order) FILTER (WHERE aggressor = 2) AS bid_close
    FROM trades_by_side
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
    total_open                              AS Open,
    total_high                              AS High,
    total_low                               AS Low,
    total_close                             AS Close,
    bid_open                                AS TradeBidOpen,
    bid_high                                AS TradeBidHigh,
    bid_low                                 AS TradeBidLow,
    bid_close                               AS TradeBidClose
FROM trade_states
