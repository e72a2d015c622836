-- minutes: trade, 60 s buckets (start, end], labelled by their end; with the states later passes merge
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
        CASE WHEN isfinite(TradeNotional) THEN TradeNotional END  AS TradeNotional,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS aggressor
    FROM trades
    WHERE Classification IN ('LIT_CONTINUOUS')
      AND NOT isnan(Size) AND isfinite(Size)
),
bucketed_trades AS NOT MATERIALIZED (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM source_trades
),
ordered_trades AS NOT MATERIALIZED (
    -- each trade with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(LocalPrice, MarketState) >> 37)::BIGINT AS event_order
    FROM bucketed_trades
),
valued_trades AS NOT MATERIALIZED (
    -- each trade with the values that metrics are made of
    SELECT
        *,
        CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END AS positive_price,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END                    AS finite_price,
        CASE WHEN isfinite(LocalPrice) THEN event_ns END                      AS priced_at,
        CASE aggressor WHEN 1 THEN Size WHEN 2 THEN -Size END                 AS signed_size,
        CASE WHEN aggressor > 0 AND isfinite(LocalPrice) AND isfinite(Size) THEN LocalPrice END AS initiated_price,
        nullif(aggressor, 0)                                                  AS initiator
    FROM ordered_trades
),
trade_sums AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                             AS MIC,
        any_value(Ticker)                                          AS Ticker,
        arg_max(MarketState, event_order)                          AS MarketState,
        max(LocalPrice)                                            AS total_high,
        min(LocalPrice)                                            AS total_low,
        arg_min(LocalPrice, event_order)                           AS total_open,
        min(CASE WHEN LocalPrice IS NOT NULL THEN event_order END) AS total_open_order,
        arg_max(LocalPrice, event_order)                           AS total_close,
        max(CASE WHEN LocalPrice IS NOT NULL THEN event_order END) AS total_close_order,
        sum(TradeNotional)                                         AS total_notional,
        sum(CASE WHEN Size >= 10000 THEN Size END)                 AS total_large_volume,
        sum(Size)                                                  AS total_volume
    FROM valued_trades
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
        Size,
        positive_price,
        finite_price,
        priced_at,
        signed_size,
        initiated_price,
        initiator,
        CASE WHEN aggressor = 2 THEN positive_price END AS bid_positive_price,
        CASE WHEN aggressor = 2 THEN finite_price END   AS bid_finite_price,
        CASE WHEN aggressor = 2 THEN priced_at END      AS bid_priced_at
    FROM valued_trades
),
linked_trades AS (
    -- each trade with what depends on the trades next to it
    SELECT
        *,
        ln(positive_price / lag(positive_price IGNORE NULLS) OVER in_order) AS total_log_return,
        ln(bid_positive_price / lag(bid_positive_price IGNORE NULLS) OVER in_order) AS bid_log_return,
        coalesce(lead(priced_at IGNORE NULLS) OVER in_order, (bucket + 1) * 60000000000) - priced_at AS total_stands,
        coalesce(lead(bid_priced_at IGNORE NULLS) OVER in_order, (bucket + 1) * 60000000000) - bid_priced_at AS bid_stands,
        finite_price - lag(finite_price IGNORE NULLS) OVER in_order         AS total_price_change,
        bid_finite_price - lag(bid_finite_price IGNORE NULLS) OVER in_order AS bid_price_change,
        initiated_price - lag(initiated_price IGNORE NULLS) OVER in_order   AS total_initiated_change,
        lag(initiator IGNORE NULLS) OVER in_order                           AS total_prior_initiator
    FROM compared_trades
    WINDOW in_order AS (PARTITION BY ListingId, bucket ORDER BY event_order, Size, aggressor)
),
linked_trades_2 AS (
    -- each trade with what depends on the trades next to it
    SELECT
        *,
        lag(total_log_return IGNORE NULLS) OVER in_order   AS total_prior_return,
        lag(bid_log_return IGNORE NULLS) OVER in_order     AS bid_prior_return,
        lag(total_price_change IGNORE NULLS) OVER in_order AS total_prior_change
    FROM linked_trades
    WINDOW in_order AS (PARTITION BY ListingId, bucket ORDER BY event_order, Size, aggressor)
),
trade_distributions AS (
    -- one row per listing and bucket: what needs all its trades at once
    SELECT
        ListingId,
        bucket,
        sum(total_log_return * total_log_return)                               AS total_squared_returns,
        sum(CASE WHEN aggressor = 2 THEN bid_log_return * bid_log_return END)  AS bid_squared_returns,
        sum(abs(total_log_return * total_prior_return))                        AS total_neighbouring_returns,
        sum(CASE WHEN aggressor = 2 THEN abs(bid_log_return * bid_prior_return) END) AS bid_neighbouring_returns,
        sum(finite_price * total_stands)                                       AS total_price_by_time,
        sum(total_stands)                                                      AS total_time_priced,
        sum(CASE WHEN aggressor = 2 THEN bid_finite_price * bid_stands END)    AS bid_price_by_time,
        sum(CASE WHEN aggressor = 2 THEN bid_stands END)                       AS bid_time_priced,
        count(CASE WHEN total_price_change > 0 THEN 1 END)                     AS total_upticks,
        count(CASE WHEN aggressor = 2 AND bid_price_change > 0 THEN 1 END)     AS bid_upticks,
        quantile_cont(Size, [0.1, 0.25, 0.5, 0.75, 0.9])                       AS total_size_quantiles,
        quantile_cont(CASE WHEN aggressor = 2 THEN Size END, [0.1, 0.25, 0.5, 0.75, 0.9]) AS bid_size_quantiles,
        regr_slope(total_initiated_change, signed_size)                        AS total_price_slope,
        min(CASE WHEN total_initiated_change IS NOT NULL THEN signed_size END) AS total_least_signed_size,
        max(CASE WHEN total_initiated_change IS NOT NULL THEN signed_size END) AS total_greatest_signed_size,
        count(CASE WHEN initiator IS DISTINCT FROM total_prior_initiator THEN initiator END) AS total_runs,
        covar_samp(total_price_change, total_prior_change)                     AS total_change_covariance
    FROM linked_trades_2
    GROUP BY ListingId, bucket
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        trade_sums.*,
        trade_distributions.total_squared_returns,
        trade_distributions.bid_squared_returns,
        trade_distributions.total_neighbouring_returns,
        trade_distributions.bid_neighbouring_returns,
        trade_distributions.total_price_by_time,
        trade_distributions.total_time_priced,
        trade_distributions.bid_price_by_time,
        trade_distributions.bid_time_priced,
        trade_distributions.total_upticks,
        trade_distributions.bid_upticks,
        trade_distributions.total_size_quantiles,
        trade_distributions.bid_size_quantiles,
        trade_distributions.total_price_slope,
        trade_distributions.total_least_signed_size,
        trade_distributions.total_greatest_signed_size,
        trade_distributions.total_runs,
        trade_distributions.total_change_covariance
    FROM trade_sums
    LEFT JOIN trade_distributions
      ON trade_sums.ListingId IS NOT DISTINCT FROM trade_distributions.ListingId
     AND trade_sums.bucket = trade_distributions.bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000)                   AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    total_squared_returns                                     AS TradeTotalRealizedVariance,
    bid_squared_returns                                       AS TradeBidRealizedVariance,
    pi() / 2 * total_neighbouring_returns                     AS TradeTotalBipowerVariation,
    pi() / 2 * bid_neighbouring_returns                       AS TradeBidBipowerVariation,
    total_price_by_time / nullif(total_time_priced, 0)        AS TradeTotalTWAP,
    bid_price_by_time / nullif(bid_time_priced, 0)            AS TradeBidTWAP,
    coalesce(total_upticks, 0)                                AS TradeTotalUptickCount,
    coalesce(bid_upticks, 0)                                  AS TradeBidUptickCount,
    total_size_quantiles[3]                                   AS TradeTotalSizeQ50,
    bid_size_quantiles[3]                                     AS TradeBidSizeQ50,
    CASE WHEN total_least_signed_size < total_greatest_signed_size THEN total_price_slope END AS TradeTotalKyleLambda,
    coalesce(total_runs, 0)                                   AS TradeTotalRunCount,
    CASE WHEN total_change_covariance < 0 THEN 2 * sqrt(-total_change_covariance) END AS TradeTotalRoll,
    CASE
        WHEN total_low > 0 AND isfinite(total_high)
        THEN ln(total_high / total_low) / sqrt(4 * ln(2))
    END AS TradeTotalParkinson,
    CASE
        WHEN total_low > 0 AND isfinite(total_high)
        THEN sqrt(0.5 * ln(total_high / total_low) ** 2 - (2 * ln(2) - 1) * ln(total_close / total_open) ** 2)
    END AS TradeTotalGarmanKlass,
    CASE
        WHEN total_low > 0 AND isfinite(total_high)
        THEN sqrt(
            ln(total_high / total_close) * ln(total_high / total_open) + ln(total_low / total_close) * ln(total_low / total_open)
        )
    END AS TradeTotalRogersSatchell,
    CASE
        WHEN least(total_open, total_close) > 0 AND isfinite(total_open) AND isfinite(total_close) AND total_notional > 0
        THEN abs(ln(total_close / total_open)) / total_notional
    END AS TradeTotalAmihud,
    coalesce(total_large_volume, 0) / nullif(total_volume, 0) AS TradeTotalLargeTradeShare,
    total_open                                                AS TradeTotalGarmanKlass__open,
    bucket * 60000000000 + CAST((total_open_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS TradeTotalGarmanKlass__open__time,
    CAST((((total_open_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS TradeTotalGarmanKlass__open__sequence,
    total_high                                                AS TradeTotalGarmanKlass__high,
    total_low                                                 AS TradeTotalGarmanKlass__low,
    total_close                                               AS TradeTotalGarmanKlass__close,
    bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS TradeTotalGarmanKlass__close__time,
    CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS TradeTotalGarmanKlass__close__sequence,
    total_open                                                AS TradeTotalAmihud__open,
    bucket * 60000000000 + CAST((total_open_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS TradeTotalAmihud__open__time,
    CAST((((total_open_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS TradeTotalAmihud__open__sequence,
    total_close                                               AS TradeTotalAmihud__close,
    bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS TradeTotalAmihud__close__time,
    CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS TradeTotalAmihud__close__sequence,
    total_notional                                            AS TradeTotalAmihud__notional,
    total_large_volume                                        AS TradeTotalLargeTradeShare__large_volume,
    total_volume                                              AS TradeTotalLargeTradeShare__volume
FROM trade_states
