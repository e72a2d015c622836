-- minutes: trade, 60 s buckets (start, end], labelled by their end
WITH source_trades AS (
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
        CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END AS given_aggressor
    FROM trades
    WHERE Classification IN ('LIT_CONTINUOUS')
      AND NOT isnan(Size) AND isfinite(Size)
),
source_quotes AS (
    -- one row per update, in canonical columns
    SELECT
        ListingId,
        epoch_ns(EventTimestamp)                         AS from_ns,
        BMLLSequenceNo                                   AS sequence,
        CASE WHEN isfinite(BidPrice1) THEN BidPrice1 END AS BidPrice1,
        CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END AS AskPrice1
    FROM quotes
    WHERE EventTimestamp IS NOT NULL
),
carried_quotes AS (
    -- each update with what it leaves unchanged
    SELECT
        ListingId,
        from_ns,
        sequence,
        CASE WHEN from_ns - last_value(CASE WHEN BidPrice1 IS NOT NULL THEN from_ns END IGNORE NULLS) OVER so_far <= 600000000000 THEN last_value(BidPrice1 IGNORE NULLS) OVER so_far END AS BidPrice1,
        CASE WHEN from_ns - last_value(CASE WHEN AskPrice1 IS NOT NULL THEN from_ns END IGNORE NULLS) OVER so_far <= 600000000000 THEN last_value(AskPrice1 IGNORE NULLS) OVER so_far END AS AskPrice1
    FROM source_quotes
    WINDOW so_far AS (PARTITION BY ListingId ORDER BY from_ns, sequence NULLS FIRST, BidPrice1, AskPrice1 ROWS UNBOUNDED PRECEDING)
),
timed_quotes AS (
    -- each update with the time until which its state stands
    SELECT
        *,
        least(lead(from_ns, 1, 9223372036854775807) OVER updates, from_ns + 600000000000) AS to_ns
    FROM carried_quotes
    WINDOW updates AS (PARTITION BY ListingId ORDER BY from_ns, sequence NULLS FIRST, BidPrice1, AskPrice1)
),
standing_quotes AS (
    -- what stood, from (included) and to (excluded) in nanoseconds
    SELECT
        ListingId,
        from_ns,
        to_ns,
        BidPrice1,
        AskPrice1,
        CASE WHEN BidPrice1 <= AskPrice1 THEN (BidPrice1 + AskPrice1) / 2 END AS mid
    FROM timed_quotes
    WHERE from_ns < to_ns
),
quoted_trades AS (
    -- each trade with the quotes that stood around it
    SELECT
        source_trades.*,
        CASE WHEN event_ns <= quote_before.to_ns THEN quote_before.AskPrice1 END AS QuoteAsk,
        CASE WHEN event_ns <= quote_before.to_ns THEN quote_before.BidPrice1 END AS QuoteBid,
        CASE WHEN event_ns <= quote_before.to_ns THEN quote_before.mid END       AS QuoteMid,
        CASE WHEN event_ns + 1000000000 < quote_1000ms_later.to_ns THEN quote_1000ms_later.mid END AS QuoteMid1000ms,
        CASE WHEN event_ns + 300000000000 < quote_300000ms_later.to_ns THEN quote_300000ms_later.mid END AS QuoteMid300000ms
    FROM source_trades
    ASOF LEFT JOIN standing_quotes AS quote_before
      ON source_trades.ListingId = quote_before.ListingId AND event_ns > quote_before.from_ns
    ASOF LEFT JOIN standing_quotes AS quote_1000ms_later
      ON source_trades.ListingId = quote_1000ms_later.ListingId AND event_ns + 1000000000 >= quote_1000ms_later.from_ns
    ASOF LEFT JOIN standing_quotes AS quote_300000ms_later
      ON source_trades.ListingId = quote_300000ms_later.ListingId AND event_ns + 300000000000 >= quote_300000ms_later.from_ns
),
bucketed_trades AS (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM quoted_trades
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
half_tick_trades AS (
    -- each trade with prices as whole numbers of half ticks
    SELECT
        *,
        round(2 * LocalPrice / 0.01) AS price_half_ticks,
        round(2 * QuoteBid / 0.01)   AS bid_half_ticks,
        round(2 * QuoteAsk / 0.01)   AS ask_half_ticks,
        bucket * 60000000000 // 86400000000000 - (bucket * 60000000000 % 86400000000000 < 0)::BIGINT AS trading_day
    FROM ordered_trades
),
followed_trades AS (
    -- each trade with the price before it
    SELECT
        *,
        lag(price_half_ticks IGNORE NULLS) OVER in_day AS prior_half_ticks
    FROM half_tick_trades
    WINDOW in_day AS (PARTITION BY ListingId, trading_day ORDER BY bucket, event_order)
),
tested_trades AS (
    -- each trade with what the last change of price tells: 1 a buyer, 2 a seller
    SELECT
        *,
        CASE WHEN price_half_ticks IS NOT NULL THEN last_value(CASE WHEN price_half_ticks > prior_half_ticks THEN 1 WHEN price_half_ticks < prior_half_ticks THEN 2 END IGNORE NULLS) OVER in_day END AS tick_test
    FROM followed_trades
    WINDOW in_day AS (PARTITION BY ListingId, trading_day ORDER BY bucket, event_order ROWS UNBOUNDED PRECEDING)
),
signed_trades AS (
    -- each trade with the side that initiated it: above the mid before the trade a buyer, below it a seller, at it or without one the tick test
    SELECT
        *,
        coalesce(nullif(given_aggressor, 0), CASE
            WHEN bid_half_ticks <= ask_half_ticks AND 2 * price_half_ticks > bid_half_ticks + ask_half_ticks THEN 1
            WHEN bid_half_ticks <= ask_half_ticks AND 2 * price_half_ticks < bid_half_ticks + ask_half_ticks THEN 2
            ELSE tick_test
        END, 0) AS aggressor
    FROM tested_trades
),
valued_trades AS (
    -- each trade with the values that metrics are made of
    SELECT
        *,
        CASE
            WHEN isfinite(LocalPrice) AND QuoteBid > 0
            THEN 10000 * (LocalPrice - QuoteBid) / QuoteBid
        END AS discrepancy_to_quote_bid,
        CASE
            WHEN isfinite(LocalPrice) AND QuoteMid > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (LocalPrice - QuoteMid)
        END AS effective_spread_quote_mid,
        CASE
            WHEN isfinite(LocalPrice) AND QuoteMid > 0 AND QuoteMid1000ms > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (QuoteMid1000ms - QuoteMid)
        END AS price_impact_1s_quote_mid,
        CASE
            WHEN isfinite(LocalPrice) AND QuoteMid > 0 AND QuoteMid300000ms > 0
            THEN CASE aggressor WHEN 1 THEN 2 WHEN 2 THEN -2 END * (QuoteMid300000ms - QuoteMid)
        END AS price_impact_5m_quote_mid
    FROM signed_trades
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
        count(*)                                                    AS trades,
        sum(discrepancy_to_quote_bid)                               AS discrepancy_sum_quote_bid,
        count(discrepancy_to_quote_bid)                             AS discrepancy_count_quote_bid,
        sum(effective_spread_quote_mid)                             AS effective_spread_sum_quote_mid,
        count(effective_spread_quote_mid)                           AS effective_spread_trades_quote_mid,
        sum(price_impact_1s_quote_mid)                              AS price_impact_sum_1s_quote_mid,
        count(price_impact_1s_quote_mid)                            AS price_impact_trades_1s_quote_mid,
        sum(price_impact_5m_quote_mid)                              AS price_impact_sum_5m_quote_mid,
        count(price_impact_5m_quote_mid)                            AS price_impact_trades_5m_quote_mid
    FROM valued_trades
    GROUP BY ListingId, bucket, aggressor
),
trade_states AS (
    -- one row per listing and bucket: the sides merged, all that metrics are made of
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                           AS MIC,
        any_value(Ticker)                                        AS Ticker,
        arg_max(MarketState, MarketState_order)                  AS MarketState,
        CAST(sum(trades) FILTER (WHERE aggressor = 2) AS BIGINT) AS bid_trades,
        CAST(sum(trades) FILTER (WHERE aggressor = 1) AS BIGINT) AS ask_trades,
        CAST(sum(trades) FILTER (WHERE aggressor = 0) AS BIGINT) AS unknown_trades,
        sum(discrepancy_sum_quote_bid)                           AS total_discrepancy_sum_quote_bid,
        CAST(sum(discrepancy_count_quote_bid) AS BIGINT)         AS total_discrepancy_count_quote_bid,
        sum(effective_spread_sum_quote_mid)                      AS total_effective_spread_sum_quote_mid,
        CAST(sum(effective_spread_trades_quote_mid) AS BIGINT)   AS total_effective_spread_trades_quote_mid,
        sum(price_impact_sum_1s_quote_mid)                       AS total_price_impact_sum_1s_quote_mid,
        CAST(sum(price_impact_trades_1s_quote_mid) AS BIGINT)    AS total_price_impact_trades_1s_quote_mid,
        sum(price_impact_sum_5m_quote_mid)                       AS total_price_impact_sum_5m_quote_mid,
        CAST(sum(price_impact_trades_5m_quote_mid) AS BIGINT)    AS total_price_impact_trades_5m_quote_mid
    FROM trades_by_side
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    coalesce(bid_trades, 0)                 AS TradeBidCount,
    coalesce(ask_trades, 0)                 AS TradeAskCount,
    coalesce(unknown_trades, 0)             AS TradeUnknownCount,
    total_discrepancy_sum_quote_bid / nullif(total_discrepancy_count_quote_bid, 0) AS DiscrepancyToQuoteBid,
    total_effective_spread_sum_quote_mid / nullif(total_effective_spread_trades_quote_mid, 0) AS EffectiveSpread1s,
    total_effective_spread_sum_quote_mid / nullif(total_effective_spread_trades_quote_mid, 0) AS EffectiveSpread5m,
    total_price_impact_sum_1s_quote_mid / nullif(total_price_impact_trades_1s_quote_mid, 0) AS PriceImpact1s,
    total_price_impact_sum_5m_quote_mid / nullif(total_price_impact_trades_5m_quote_mid, 0) AS PriceImpact5m
FROM trade_states
