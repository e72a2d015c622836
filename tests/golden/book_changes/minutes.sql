-- minutes: l2, 60 s buckets (start, end], labelled by their end
WITH source_updates AS (
    -- one row per update of the book, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TimestampNanoseconds)                         AS event_ns,
        BMLLSequenceNo                                         AS sequence,
        MIC,
        Ticker,
        CurrencyCode,
        MarketState,
        CASE WHEN isfinite(BidPrice1) THEN BidPrice1 END       AS BidPrice1,
        CASE WHEN isfinite(BidQuantity1) THEN BidQuantity1 END AS BidQuantity1,
        CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END       AS AskPrice1,
        CASE WHEN isfinite(AskQuantity1) THEN AskQuantity1 END AS AskQuantity1,
        CASE WHEN isfinite(BidPrice2) THEN BidPrice2 END       AS BidPrice2,
        CASE WHEN isfinite(BidQuantity2) THEN BidQuantity2 END AS BidQuantity2,
        CASE WHEN isfinite(AskPrice2) THEN AskPrice2 END       AS AskPrice2,
        CASE WHEN isfinite(AskQuantity2) THEN AskQuantity2 END AS AskQuantity2
    FROM l2
),
bucketed_updates AS (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM source_updates
),
compared_updates AS (
    -- each update with the one before, of the same day
    SELECT
        *,
        lag(event_ns) OVER in_order     AS book_before_ns,
        lag(BidPrice1) OVER in_order    AS book_before_BidPrice1,
        lag(BidQuantity1) OVER in_order AS book_before_BidQuantity1,
        lag(AskPrice1) OVER in_order    AS book_before_AskPrice1,
        lag(AskQuantity1) OVER in_order AS book_before_AskQuantity1,
        lag(BidPrice2) OVER in_order    AS book_before_BidPrice2,
        lag(BidQuantity2) OVER in_order AS book_before_BidQuantity2,
        lag(AskPrice2) OVER in_order    AS book_before_AskPrice2,
        lag(AskQuantity2) OVER in_order AS book_before_AskQuantity2
    FROM bucketed_updates
    WINDOW in_order AS (PARTITION BY ListingId, bucket * 60000000000 // 86400000000000 - (bucket * 60000000000 % 86400000000000 < 0)::BIGINT ORDER BY event_ns, sequence NULLS FIRST, BidPrice1, BidQuantity1, AskPrice1, AskQuantity1, MarketState, BidPrice2, BidQuantity2, AskPrice2, AskQuantity2)
),
ordered_updates AS (
    -- each update with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        book_before_ns IS NOT NULL AND (
            BidPrice1 IS DISTINCT FROM book_before_BidPrice1 OR BidQuantity1 IS DISTINCT FROM book_before_BidQuantity1
            OR AskPrice1 IS DISTINCT FROM book_before_AskPrice1 OR AskQuantity1 IS DISTINCT FROM book_before_AskQuantity1
        ) AS book_quote_changed,
        BidPrice1 <= AskPrice1 AND book_before_BidPrice1 <= book_before_AskPrice1
            AND abs(((BidPrice1 + AskPrice1) / 2) - (book_before_BidPrice1 + book_before_AskPrice1) / 2) > 1e-12 * abs(((BidPrice1 + AskPrice1) / 2)) AS book_mid_changed,
        CASE WHEN book_before_ns IS NOT NULL THEN
            CASE WHEN BidPrice1 < book_before_BidPrice1 OR BidPrice1 IS NULL THEN 0 ELSE coalesce(BidQuantity1, 0) END
            - CASE WHEN BidPrice1 > book_before_BidPrice1 OR book_before_BidPrice1 IS NULL THEN 0 ELSE coalesce(book_before_BidQuantity1, 0) END
            - CASE WHEN AskPrice1 > book_before_AskPrice1 OR AskPrice1 IS NULL THEN 0 ELSE coalesce(AskQuantity1, 0) END
            + CASE WHEN AskPrice1 < book_before_AskPrice1 OR book_before_AskPrice1 IS NULL THEN 0 ELSE coalesce(book_before_AskQuantity1, 0) END
        END AS book_flow_1,
        CASE WHEN book_before_ns IS NOT NULL THEN
            CASE WHEN BidPrice2 < book_before_BidPrice2 OR BidPrice2 IS NULL THEN 0 ELSE coalesce(BidQuantity2, 0) END
            - CASE WHEN BidPrice2 > book_before_BidPrice2 OR book_before_BidPrice2 IS NULL THEN 0 ELSE coalesce(book_before_BidQuantity2, 0) END
            - CASE WHEN AskPrice2 > book_before_AskPrice2 OR AskPrice2 IS NULL THEN 0 ELSE coalesce(AskQuantity2, 0) END
            + CASE WHEN AskPrice2 < book_before_AskPrice2 OR book_before_AskPrice2 IS NULL THEN 0 ELSE coalesce(book_before_AskQuantity2, 0) END
        END AS book_flow_2,
        CASE WHEN book_before_ns IS NOT NULL THEN
            CASE WHEN BidPrice1 < book_before_BidPrice1 OR BidPrice1 IS NULL THEN 0 ELSE coalesce(BidQuantity1, 0) END
            - CASE WHEN BidPrice1 > book_before_BidPrice1 OR book_before_BidPrice1 IS NULL THEN 0 ELSE coalesce(book_before_BidQuantity1, 0) END
            - CASE WHEN AskPrice1 > book_before_AskPrice1 OR AskPrice1 IS NULL THEN 0 ELSE coalesce(AskQuantity1, 0) END
            + CASE WHEN AskPrice1 < book_before_AskPrice1 OR book_before_AskPrice1 IS NULL THEN 0 ELSE coalesce(book_before_AskQuantity1, 0) END
        END AS book_flow_1_where_1,
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(MarketState) >> 37)::BIGINT AS event_order
    FROM compared_updates
),
book_states AS (
    -- one row per listing and bucket: its prices, and the place of its last update
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                 AS MIC,
        any_value(Ticker)                              AS Ticker,
        any_value(CurrencyCode)                        AS CurrencyCode,
        arg_max(MarketState, event_order)              AS MarketState,
        count(*)                                       AS updates,
        count(CASE WHEN book_quote_changed THEN 1 END) AS quote_update_count,
        count(CASE WHEN book_mid_changed THEN 1 END)   AS mid_change_count,
        sum(book_flow_1)                               AS order_flow_imbalance_1,
        sum(book_flow_2)                               AS order_flow_imbalance_2,
        sum(CASE WHEN MarketState IN ('CONTINUOUS_TRADING') THEN book_flow_1_where_1 END) AS order_flow_imbalance_1_where_1
    FROM ordered_updates
    GROUP BY ListingId, bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000)     AS TimeBucket,
    MIC,
    Ticker,
    CurrencyCode,
    MarketState,
    coalesce(updates, 0)                        AS UpdateCount,
    coalesce(quote_update_count, 0)             AS QuoteUpdateCount,
    coalesce(mid_change_count, 0)               AS MidChangeCount,
    coalesce(order_flow_imbalance_1, 0)         AS OrderFlowImbalance1,
    coalesce(order_flow_imbalance_2, 0)         AS OrderFlowImbalance2,
    coalesce(order_flow_imbalance_1_where_1, 0) AS ContinuousOrderFlowImbalance1
FROM book_states
