-- quarters: trade, 900 s buckets [start, end), labelled by their start
WITH source_trades AS (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                                  AS event_ns,
        BMLLSequenceNo                                            AS sequence,
        MIC,
        Ticker,
        MarketState,
        nullif(LocalPrice, 'NaN')                                 AS LocalPrice,
        nullif(Size, 'NaN')                                       AS Size,
        Classification,
        nullif(TradeNotional, 'NaN')                              AS TradeNotional,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS aggressor,
        coalesce(Classification IN ('LIT_CONTINUOUS'), FALSE)     AS counted
    FROM trades
    WHERE NOT isnan(Size)
),
bucketed_trades AS (
    -- 900 s buckets [start, end), labelled by their start; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 900000000000 - (event_ns % 900000000000 < 0)::BIGINT AS bucket
    FROM source_trades
),
ordered_trades AS (
    -- each trade with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        (event_ns - bucket * 900000000000) * (1::HUGEINT << 87)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 23)
            + (hash(LocalPrice) >> 41)::BIGINT AS event_order
    FROM bucketed_trades
),
linked_trades AS (
    -- each trade with what depends on the trade before it
    SELECT
        *,
        ln(CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END / lag(CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END IGNORE NULLS) OVER (PARTITION BY ListingId, bucket, counted ORDER BY event_order)) AS log_return,
        ln(CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END / lag(CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END IGNORE NULLS) OVER (PARTITION BY ListingId, bucket, counted, aggressor ORDER BY event_order)) AS log_return_of_side
    FROM ordered_trades
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                                           AS MIC,
        any_value(Ticker)                                                        AS Ticker,
        arg_max(MarketState, event_order)                                        AS MarketState,
        median(LocalPrice) FILTER (WHERE counted)                                AS total_median_price,
        median(LocalPrice) FILTER (WHERE aggressor = 1 AND counted)              AS ask_median_price,
        count(log_return) FILTER (WHERE counted)                                 AS total_returns,
        stddev_samp(log_return) FILTER (WHERE counted)                           AS total_return_deviation,
        count(log_return_of_side) FILTER (WHERE aggressor = 1 AND counted)       AS ask_returns,
        stddev_samp(log_return_of_side) FILTER (WHERE aggressor = 1 AND counted) AS ask_return_deviation,
        sum(TradeNotional) FILTER (WHERE contains(Classification, 'AUCTION'))    AS total_auction_notional,
        sum(TradeNotional) FILTER (WHERE aggressor = 2 AND contains(Classification, 'AUCTION')) AS bid_auction_notional,
        sum(Size) FILTER (WHERE contains(Classification, 'OTC'))                 AS total_otc_volume,
        sum(Size) FILTER (WHERE aggressor = 2 AND contains(Classification, 'OTC')) AS bid_otc_volume,
        sum(Size) FILTER (WHERE counted)                                         AS total_volume,
        sum(Size) FILTER (WHERE aggressor = 2 AND counted)                       AS bid_volume
    FROM linked_trades
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp(bucket * 900000000)                                   AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    total_median_price                                                   AS TradeTotalMedianPrice,
    ask_median_price                                                     AS TradeAskMedianPrice,
    total_return_deviation * sqrt(252 * 24 * 3600 * total_returns / 900) AS TradeTotalVolatility,
    ask_return_deviation * sqrt(252 * 24 * 3600 * ask_returns / 900)     AS TradeAskVolatility,
    coalesce(total_auction_notional, 0)                                  AS TradeTotalAuctionNotional,
    coalesce(bid_auction_notional, 0)                                    AS TradeBidAuctionNotional,
    coalesce(total_otc_volume, 0)                                        AS TradeTotalOTCVolume,
    coalesce(bid_otc_volume, 0)                                          AS TradeBidOTCVolume,
    coalesce(total_volume, 0)                                            AS TradeTotalVolume,
    coalesce(bid_volume, 0)                                              AS TradeBidVolume
FROM trade_states
