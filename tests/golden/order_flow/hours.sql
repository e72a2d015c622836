-- hours: trade, 3600 s buckets (start, end], labelled by their end
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
        CASE WHEN isfinite(PreTradeMid) THEN PreTradeMid END      AS PreTradeMid,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS aggressor
    FROM trades
    WHERE Classification IN ('LIT_CONTINUOUS')
      AND NOT isnan(Size) AND isfinite(Size)
),
bucketed_trades AS NOT MATERIALIZED (
    -- 3600 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 3600000000000 + (event_ns % 3600000000000 > 0)::BIGINT - 1 AS bucket
    FROM source_trades
),
ordered_trades AS NOT MATERIALIZED (
    -- each trade with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        (event_ns - bucket * 3600000000000) * (1::HUGEINT << 85)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 21)
            + (hash(LocalPrice, MarketState) >> 43)::BIGINT AS event_order
    FROM bucketed_trades
),
valued_trades AS NOT MATERIALIZED (
    -- each trade with the values that metrics are made of
    SELECT
        *,
        CASE WHEN Size > 0 AND Size < 1e18 THEN CAST(round(Size * 1e9) AS HUGEINT) * 50 END AS exact_size,
        CASE aggressor WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END AS initiative,
        CASE WHEN Size > 0 AND Size < 1e18 THEN CAST(round(Size * 1e9) AS HUGEINT) * 1 END AS exact_size_2,
        2500000000000                                          AS volume_bucket_2,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0
            THEN 10000 * (LocalPrice - PreTradeMid) / PreTradeMid
        END AS discrepancy_to_pre_trade_mid
    FROM ordered_trades
),
trades_by_side AS (
    -- one row per listing, bucket and side (aggressor 1 took the ask, 2 the bid)
    SELECT
        ListingId,
        bucket,
        aggressor,
        any_value(MIC)                                              AS MIC,
        any_value(Ticker)                                           AS Ticker,
        arg_max(MarketState, event_order)                           AS MarketState,
        max(CASE WHEN MarketState IS NOT NULL THEN event_order END) AS MarketState_order,
        sum(discrepancy_to_pre_trade_mid)                           AS discrepancy_sum_pre_trade_mid,
        count(discrepancy_to_pre_trade_mid)                         AS discrepancy_count_pre_trade_mid
    FROM valued_trades
    GROUP BY ListingId, bucket, aggressor
),
trade_sums AS (
    -- one row per listing and bucket: the sides merged, all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                                  AS MIC,
        any_value(Ticker)                                               AS Ticker,
        arg_max(MarketState, MarketState_order)                         AS MarketState,
        sum(discrepancy_sum_pre_trade_mid)                              AS total_discrepancy_sum_pre_trade_mid,
        CAST(sum(discrepancy_count_pre_trade_mid) AS BIGINT)            AS total_discrepancy_count_pre_trade_mid,
        sum(discrepancy_sum_pre_trade_mid) FILTER (WHERE aggressor = 1) AS ask_discrepancy_sum_pre_trade_mid,
        CAST(sum(discrepancy_count_pre_trade_mid) FILTER (WHERE aggressor = 1) AS BIGINT) AS ask_discrepancy_count_pre_trade_mid
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
        Size,
        LocalPrice,
        PreTradeMid,
        exact_size,
        initiative,
        exact_size_2,
        volume_bucket_2,
        discrepancy_to_pre_trade_mid
    FROM valued_trades
),
linked_trades AS (
    -- each trade with what depends on the trades next to it
    SELECT
        *,
        nullif(sum(exact_size) OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) // 50 AS total_volume_bucket,
        sum(exact_size) OVER (in_order ROWS UNBOUNDED PRECEDING)                AS total_traded,
        sum(exact_size * initiative) OVER (in_order ROWS UNBOUNDED PRECEDING)   AS total_net_bought,
        sum(exact_size_2) OVER (in_order ROWS UNBOUNDED PRECEDING)              AS total_traded_2,
        sum(exact_size_2 * initiative) OVER (in_order ROWS UNBOUNDED PRECEDING) AS total_net_bought_2
    FROM compared_trades
    WINDOW in_order AS (PARTITION BY ListingId, bucket ORDER BY event_order, Size, aggressor)
),
linked_trades_2 AS (
    -- each trade with what follows from that
    SELECT
        *,
        (total_traded - exact_size) // total_volume_bucket AS total_full_before,
        total_traded // total_volume_bucket                AS total_full,
        (total_traded_2 - exact_size_2) // volume_bucket_2 AS total_full_before_2,
        total_traded_2 // volume_bucket_2                  AS total_full_2
    FROM linked_trades
),
linked_trades_3 AS (
    -- each trade with what follows from that
    SELECT
        *,
        (total_full - total_full_before - 1) * total_volume_bucket AS total_filled_alone,
        CASE
            WHEN total_full > total_full_before
            THEN total_net_bought - initiative * (total_traded - total_full * total_volume_bucket)
        END AS total_net_at_edge,
        (total_full_2 - total_full_before_2 - 1) * volume_bucket_2 AS total_filled_alone_2,
        CASE
            WHEN total_full_2 > total_full_before_2
            THEN total_net_bought_2 - initiative * (total_traded_2 - total_full_2 * volume_bucket_2)
        END AS total_net_at_edge_2
    FROM linked_trades_2
),
linked_trades_4 AS (
    -- each trade with what depends on the trades next to it
    SELECT
        *,
        coalesce(lag(total_net_at_edge IGNORE NULLS) OVER in_order, 0)   AS total_net_at_edge_before,
        coalesce(lag(total_net_at_edge_2 IGNORE NULLS) OVER in_order, 0) AS total_net_at_edge_before_2
    FROM linked_trades_3
    WINDOW in_order AS (PARTITION BY ListingId, bucket ORDER BY event_order, Size, aggressor)
),
trade_distributions AS (
    -- one row per listing and bucket: what needs all its trades at once
    SELECT
        ListingId,
        bucket,
        sum(abs(total_net_at_edge - initiative * total_filled_alone - total_net_at_edge_before) + abs(initiative) * total_filled_alone) AS total_bucket_imbalances,
        max(total_full)                                                        AS total_full_buckets,
        min(CASE WHEN exact_size * initiative <> 0 THEN total_full_before END) AS total_first_signed_bucket,
        max(total_volume_bucket)                                               AS total_size_of_buckets,
        sum(abs(total_net_at_edge_2 - initiative * total_filled_alone_2 - total_net_at_edge_before_2) + abs(initiative) * total_filled_alone_2) AS total_bucket_imbalances_2,
        max(total_full_2)                                                      AS total_full_buckets_2,
        min(CASE WHEN exact_size_2 * initiative <> 0 THEN total_full_before_2 END) AS total_first_signed_bucket_2,
        max(volume_bucket_2)                                                   AS total_size_of_buckets_2,
        median(discrepancy_to_pre_trade_mid)                                   AS total_discrepancy_median_pre_trade_mid,
        median(CASE WHEN aggressor = 1 THEN discrepancy_to_pre_trade_mid END)  AS ask_discrepancy_median_pre_trade_mid
    FROM linked_trades_4
    GROUP BY ListingId, bucket
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        trade_sums.*,
        trade_distributions.total_bucket_imbalances,
        trade_distributions.total_full_buckets,
        trade_distributions.total_first_signed_bucket,
        trade_distributions.total_size_of_buckets,
        trade_distributions.total_bucket_imbalances_2,
        trade_distributions.total_full_buckets_2,
        trade_distributions.total_first_signed_bucket_2,
        trade_distributions.total_size_of_buckets_2,
        trade_distributions.total_discrepancy_median_pre_trade_mid,
        trade_distributions.ask_discrepancy_median_pre_trade_mid
    FROM trade_sums
    LEFT JOIN trade_distributions
      ON trade_sums.ListingId IS NOT DISTINCT FROM trade_distributions.ListingId
     AND trade_sums.bucket = trade_distributions.bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 3600000000) AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    CASE
        WHEN total_first_signed_bucket < total_full_buckets
        THEN total_bucket_imbalances / (total_full_buckets * total_size_of_buckets)
    END AS TradeTotalVPIN,
    CASE
        WHEN total_first_signed_bucket_2 < total_full_buckets_2
        THEN total_bucket_imbalances_2 / (total_full_buckets_2 * total_size_of_buckets_2)
    END AS TradeTotalVPINOf2500,
    total_discrepancy_sum_pre_trade_mid / nullif(total_discrepancy_count_pre_trade_mid, 0) AS DiscrepancyToPreTradeMid,
    total_discrepancy_median_pre_trade_mid    AS DiscrepancyToPreTradeMidMedian,
    ask_discrepancy_sum_pre_trade_mid / nullif(ask_discrepancy_count_pre_trade_mid, 0) AS DiscrepancyToPreTradeMidAsk,
    ask_discrepancy_median_pre_trade_mid      AS DiscrepancyToPreTradeMidAskMedian
FROM trade_states
