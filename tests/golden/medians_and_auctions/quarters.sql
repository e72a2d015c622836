-- quarters: trade, 900 s buckets [start, end), labelled by their start
WITH source_trades AS NOT MATERIALIZED (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                                  AS event_ns,
        BMLLSequenceNo                                            AS sequence,
        MIC,
        Ticker,
        MarketState,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END        AS LocalPrice,
        Size,
        Classification,
        CASE WHEN isfinite(TradeNotional) THEN TradeNotional END  AS TradeNotional,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS aggressor,
        coalesce(Classification IN ('LIT_CONTINUOUS'), FALSE)     AS counted
    FROM trades
    WHERE NOT isnan(Size) AND isfinite(Size)
),
bucketed_trades AS NOT MATERIALIZED (
    -- 900 s buckets [start, end), labelled by their start; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 900000000000 - (event_ns % 900000000000 < 0)::BIGINT AS bucket
    FROM source_trades
),
ordered_trades AS NOT MATERIALIZED (
    -- each trade with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        (event_ns - bucket * 900000000000) * (1::HUGEINT << 87)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 23)
            + (hash(LocalPrice, MarketState) >> 41)::BIGINT AS event_order
    FROM bucketed_trades
),
valued_trades AS NOT MATERIALIZED (
    -- each trade with the values that metrics are made of
    SELECT
        *,
        CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END AS positive_price
    FROM ordered_trades
),
trades_by_side AS (
    -- one row per listing, bucket and side (aggressor 1 took the ask, 2 the bid)
    SELECT
        ListingId,
        bucket,
        aggressor,
        counted,
        any_value(MIC)                                               AS MIC,
        any_value(Ticker)                                            AS Ticker,
        arg_max(MarketState, event_order)                            AS MarketState,
        max(CASE WHEN MarketState IS NOT NULL THEN event_order END)  AS MarketState_order,
        sum(CASE WHEN contains(Classification, 'AUCTION') THEN TradeNotional END) AS auction_notional,
        sum(CASE WHEN contains(Classification, 'OTC') THEN Size END) AS otc_volume,
        sum(Size)                                                    AS volume
    FROM valued_trades
    GROUP BY ListingId, bucket, aggressor, counted
),
trade_sums AS (
    -- one row per listing and bucket: the sides merged, all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                       AS MIC,
        any_value(Ticker)                                    AS Ticker,
        arg_max(MarketState, MarketState_order)              AS MarketState,
        sum(auction_notional)                                AS total_auction_notional,
        sum(auction_notional) FILTER (WHERE aggressor = 2)   AS bid_auction_notional,
        sum(otc_volume)                                      AS total_otc_volume,
        sum(otc_volume) FILTER (WHERE aggressor = 2)         AS bid_otc_volume,
        sum(volume) FILTER (WHERE counted)                   AS total_volume,
        sum(volume) FILTER (WHERE aggressor = 2 AND counted) AS bid_volume
    FROM trades_by_side
    GROUP BY ListingId, bucket
),
compared_trades AS (
    -- the trades that are compared with those next to them, with what is needed of each
    SELECT
        ListingId,
        bucket,
        aggressor,
        event_order,
        LocalPrice,
        positive_price,
        CASE WHEN aggressor = 1 THEN positive_price END AS ask_positive_price
    FROM valued_trades
    WHERE counted
),
linked_trades AS (
    -- each trade with what depends on the trades next to it
    SELECT
        *,
        ln(positive_price / lag(positive_price IGNORE NULLS) OVER in_order) AS total_log_return,
        ln(ask_positive_price / lag(ask_positive_price IGNORE NULLS) OVER in_order) AS ask_log_return
    FROM compared_trades
    WINDOW in_order AS (PARTITION BY ListingId, bucket ORDER BY event_order)
),
trade_distributions AS (
    -- one row per listing and bucket: what needs all its trades at once
    SELECT
        ListingId,
        bucket,
        median(LocalPrice)                                           AS total_median_price,
        median(CASE WHEN aggressor = 1 THEN LocalPrice END)          AS ask_median_price,
        count(total_log_return)                                      AS total_returns,
        stddev_samp(total_log_return)                                AS total_return_deviation,
        count(CASE WHEN aggressor = 1 THEN ask_log_return END)       AS ask_returns,
        stddev_samp(CASE WHEN aggressor = 1 THEN ask_log_return END) AS ask_return_deviation
    FROM linked_trades
    GROUP BY ListingId, bucket
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        trade_sums.*,
        trade_distributions.total_median_price,
        trade_distributions.ask_median_price,
        trade_distributions.total_returns,
        trade_distributions.total_return_deviation,
        trade_distributions.ask_returns,
        trade_distributions.ask_return_deviation
    FROM trade_sums
    LEFT JOIN trade_distributions
      ON trade_sums.ListingId IS NOT DISTINCT FROM trade_distributions.ListingId
     AND trade_sums.bucket = trade_distributions.bucket
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
