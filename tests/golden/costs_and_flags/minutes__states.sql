-- minutes: trade, 60 s buckets (start, end], labelled by their end; with the states later passes merge
WITH source_trades AS (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                                             AS event_ns,
        BMLLSequenceNo                                                       AS sequence,
        MIC,
        Ticker,
        MarketState,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END                   AS LocalPrice,
        Size,
        BMLLParticipantType,
        CASE WHEN isfinite(BestAskPrice) THEN BestAskPrice END               AS BestAskPrice,
        CASE WHEN isfinite(BestBidPrice) THEN BestBidPrice END               AS BestBidPrice,
        IsBlock,
        LotType,
        CASE WHEN isfinite(PostTradeMid1000ms) THEN PostTradeMid1000ms END   AS PostTradeMid1000ms,
        CASE WHEN isfinite(PreTradeMid) THEN PreTradeMid END                 AS PreTradeMid,
        CASE WHEN isfinite(PricePoint) THEN PricePoint END                   AS PricePoint,
        CASE WHEN isfinite(PricePointAtPrimary) THEN PricePointAtPrimary END AS PricePointAtPrimary,
        CASE WHEN isfinite(TradeNotional) THEN TradeNotional END             AS TradeNotional,
        CASE WHEN isfinite(TradeNotionalEUR) THEN TradeNotionalEUR END       AS TradeNotionalEUR,
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END            AS aggressor
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
            + (hash(LocalPrice, BestAskPrice, BestBidPrice, MarketState, PreTradeMid) >> 37)::BIGINT AS event_order
    FROM bucketed_trades
),
valued_trades AS (
    -- each trade with the values that metrics are made of
    SELECT
        *,
        CASE
            WHEN isfinite(LocalPrice) AND ((BestBidPrice + BestAskPrice) / 2) > 0
            THEN 10000 * (LocalPrice - ((BestBidPrice + BestAskPrice) / 2)) / ((BestBidPrice + BestAskPrice) / 2)
        END AS discrepancy_to_ebbo,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0
            THEN 10000 * (LocalPrice - PreTradeMid) / PreTradeMid
        END AS discrepancy_to_pre_trade_mid,
        CAST(LotType AS VARCHAR) IN ('Odd Lot', 'ODD', 'MIXED') AS flagged_odd_lot_trade,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - PreTradeMid) * 10000 / PreTradeMid
        END AS effective_spread_bps,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0 AND PostTradeMid1000ms > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - PostTradeMid1000ms) * 10000 / PreTradeMid
        END AS realized_spread_1s_bps,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0 AND PostTradeMid1000ms > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (PostTradeMid1000ms - PreTradeMid) * 10000 / PreTradeMid
        END AS price_impact_1s_bps,
        CASE
            WHEN isfinite(LocalPrice) AND PreTradeMid > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - PreTradeMid)
        END AS effective_spread
    FROM ordered_trades
),
trade_states AS (
    -- one row per listing and bucket: all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                                          AS MIC,
        any_value(Ticker)                                                       AS Ticker,
        arg_max(MarketState, event_order)                                       AS MarketState,
        sum(Size)                                                               AS total_volume,
        sum(discrepancy_to_ebbo)                                                AS total_discrepancy_sum_ebbo,
        count(discrepancy_to_ebbo)                                              AS total_discrepancy_count_ebbo,
        arg_max(discrepancy_to_ebbo, event_order)                               AS total_discrepancy_last_ebbo,
        sum(discrepancy_to_pre_trade_mid)                                       AS total_discrepancy_sum_pre_trade_mid,
        count(discrepancy_to_pre_trade_mid)                                     AS total_discrepancy_count_pre_trade_mid,
        arg_max(discrepancy_to_pre_trade_mid, event_order)                      AS total_discrepancy_last_pre_trade_mid,
        max(CASE WHEN discrepancy_to_pre_trade_mid IS NOT NULL THEN event_order END) AS total_discrepancy_last_pre_trade_mid_order,
        sum(CASE WHEN flagged_odd_lot_trade AND MarketState IN ('CONTINUOUS_TRADING') THEN Size END) AS total_flagged_volume_odd_lot_trade_where_1,
        count(CASE WHEN flagged_odd_lot_trade AND MarketState IN ('CONTINUOUS_TRADING') THEN 1 END) AS total_flagged_trades_odd_lot_trade_where_1,
        sum(CASE WHEN flagged_odd_lot_trade AND MarketState IN ('CONTINUOUS_TRADING') THEN TradeNotional END) AS total_flagged_notional_odd_lot_trade_where_1,
        count(CASE WHEN flagged_odd_lot_trade AND MarketState IN ('CONTINUOUS_TRADING') THEN TradeNotional END) AS total_flagged_valued_trades_odd_lot_trade_where_1,
        sum(PricePoint)                                                         AS total_price_point_sum_local,
        count(PricePoint)                                                       AS total_price_point_trades_local,
        sum(PricePointAtPrimary)                                                AS total_price_point_sum_primary,
        count(PricePointAtPrimary)                                              AS total_price_point_trades_primary,
        sum(effective_spread_bps)                                               AS total_effective_spread_sum_bps,
        count(effective_spread_bps)                                             AS total_effective_spread_trades_bps,
        sum(realized_spread_1s_bps)                                             AS total_realized_spread_sum_1s_bps,
        count(realized_spread_1s_bps)                                           AS total_realized_spread_trades_1s_bps,
        sum(price_impact_1s_bps)                                                AS total_price_impact_sum_1s_bps,
        count(price_impact_1s_bps)                                              AS total_price_impact_trades_1s_bps,
        sum(CASE WHEN BMLLParticipantType IN ('RETAIL') AND IsBlock IN ('N') THEN effective_spread END) AS total_effective_spread_sum_where_2,
        count(CASE WHEN BMLLParticipantType IN ('RETAIL') AND IsBlock IN ('N') THEN effective_spread END) AS total_effective_spread_trades_where_2,
        sum(CASE WHEN BMLLParticipantType = 'RETAIL' THEN CASE aggressor WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END * TradeNotionalEUR END) AS total_retail_net_notional,
        sum(CASE WHEN BMLLParticipantType = 'RETAIL' THEN TradeNotionalEUR END) AS total_retail_notional
    FROM valued_trades
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000)                                 AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    coalesce(total_volume, 0)                                               AS TradeTotalVolume,
    total_discrepancy_sum_ebbo / nullif(total_discrepancy_count_ebbo, 0)    AS DiscrepancyToEBBO,
    total_discrepancy_last_ebbo                                             AS DiscrepancyToEBBOLast,
    total_discrepancy_sum_pre_trade_mid / nullif(total_discrepancy_count_pre_trade_mid, 0) AS DiscrepancyToPreTradeMid,
    total_discrepancy_last_pre_trade_mid                                    AS DiscrepancyToPreTradeMidLast,
    coalesce(total_flagged_volume_odd_lot_trade_where_1, 0)                 AS OddLotTradeVolume,
    coalesce(total_flagged_trades_odd_lot_trade_where_1, 0)                 AS OddLotTradeCount,
    total_flagged_notional_odd_lot_trade_where_1 / nullif(total_flagged_valued_trades_odd_lot_trade_where_1, 0) AS OddLotTradeAvgNotional,
    total_price_point_sum_local / nullif(total_price_point_trades_local, 0) AS PricePoint,
    total_price_point_sum_primary / nullif(total_price_point_trades_primary, 0) AS PricePointAtPrimary,
    total_effective_spread_sum_bps / nullif(total_effective_spread_trades_bps, 0) AS EffectiveSpread1s,
    total_realized_spread_sum_1s_bps / nullif(total_realized_spread_trades_1s_bps, 0) AS RealizedSpread1s,
    total_price_impact_sum_1s_bps / nullif(total_price_impact_trades_1s_bps, 0) AS PriceImpact1s,
    total_effective_spread_sum_where_2 / nullif(total_effective_spread_trades_where_2, 0) AS RetailEffectiveSpread1s,
    total_retail_net_notional / nullif(total_retail_notional, 0)            AS RetailTradeImbalance,
    total_discrepancy_sum_ebbo                                              AS DiscrepancyToEBBO__discrepancy_sum_ebbo,
    total_discrepancy_count_ebbo                                            AS DiscrepancyToEBBO__discrepancy_count_ebbo,
    bucket * 60000000000 + CAST((total_discrepancy_last_pre_trade_mid_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS DiscrepancyToPreTradeMidLast__time,
    CAST((((total_discrepancy_last_pre_trade_mid_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS DiscrepancyToPreTradeMidLast__sequence,
    total_effective_spread_sum_where_2                                      AS RetailEffectiveSpread1s__effective_spread_sum,
    total_effective_spread_trades_where_2                                   AS RetailEffectiveSpread1s__effective_spread_trades
FROM trade_states
