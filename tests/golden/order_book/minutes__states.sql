-- minutes: l2, 60 s buckets (start, end], labelled by their end; with the states later passes merge
WITH source_updates AS NOT MATERIALIZED (
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
        CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END       AS AskPrice1,
        CASE WHEN isfinite(BidPrice2) THEN BidPrice2 END       AS BidPrice2,
        CASE WHEN isfinite(AskPrice2) THEN AskPrice2 END       AS AskPrice2,
        CASE WHEN isfinite(BidQuantity1) THEN BidQuantity1 END AS BidQuantity1,
        CASE WHEN isfinite(BidQuantity2) THEN BidQuantity2 END AS BidQuantity2,
        CASE WHEN isfinite(AskQuantity1) THEN AskQuantity1 END AS AskQuantity1,
        CASE WHEN isfinite(AskQuantity2) THEN AskQuantity2 END AS AskQuantity2
    FROM l2
),
bucketed_updates AS NOT MATERIALIZED (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM source_updates
),
ordered_updates AS NOT MATERIALIZED (
    -- each update with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        CASE WHEN BidPrice1 <= AskPrice1 THEN (BidPrice1 + AskPrice1) / 2 END AS mid,
        BidPrice1                                                             AS bid,
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(AskPrice1, BidPrice1, MarketState) >> 37)::BIGINT AS event_order
    FROM bucketed_updates
),
book_states AS (
    -- one row per listing and bucket: its prices, and the place of its last update
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                      AS MIC,
        any_value(Ticker)                                   AS Ticker,
        any_value(CurrencyCode)                             AS CurrencyCode,
        arg_max(MarketState, event_order)                   AS MarketState,
        arg_min(mid, event_order)                           AS open_mid,
        min(CASE WHEN mid IS NOT NULL THEN event_order END) AS open_mid_order,
        max(mid)                                            AS high_mid,
        min(mid)                                            AS low_mid,
        arg_max(mid, event_order)                           AS close_mid,
        max(CASE WHEN mid IS NOT NULL THEN event_order END) AS close_mid_order,
        arg_min(bid, event_order)                           AS open_bid,
        arg_max(bid, event_order)                           AS close_bid,
        max(bid)                                            AS high_bid,
        min(bid)                                            AS low_bid,
        max(event_order)                                    AS last_order,
        max(CASE WHEN MarketState IN ('CONTINUOUS_TRADING') THEN event_order END) AS last_order_where_1
    FROM ordered_updates
    GROUP BY ListingId, bucket
),
continued_states AS (
    -- the same with the closes before, of the same day
    SELECT
        *,
        last_value(close_bid IGNORE NULLS) OVER earlier AS close_before_bid
    FROM book_states
    WINDOW earlier AS (PARTITION BY ListingId, bucket * 60000000000 // 86400000000000 - (bucket * 60000000000 % 86400000000000 < 0)::BIGINT ORDER BY bucket ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
last_books AS (
    -- the book at the last update; of several equal in order, the greatest
    SELECT
        ordered_updates.ListingId AS last_ListingId,
        ordered_updates.bucket    AS last_bucket,
        unnest(max({
            'BidPrice1': BidPrice1,
            'BidQuantity1': BidQuantity1,
            'BidPrice2': BidPrice2,
            'BidQuantity2': BidQuantity2,
            'AskPrice1': AskPrice1,
            'AskQuantity1': AskQuantity1,
            'AskPrice2': AskPrice2,
            'AskQuantity2': AskQuantity2
        }))
    FROM ordered_updates
    SEMI JOIN book_states
      ON ordered_updates.ListingId IS NOT DISTINCT FROM book_states.ListingId
     AND ordered_updates.bucket = book_states.bucket
     AND event_order = last_order
    GROUP BY ordered_updates.ListingId, ordered_updates.bucket
),
last_books_where_1 AS (
    -- the book at the last update; of several equal in order, the greatest
    SELECT
        ordered_updates.ListingId AS last_ListingId,
        ordered_updates.bucket    AS last_bucket,
        unnest(max({
            'BidQuantity1': BidQuantity1
        }))
    FROM ordered_updates
    SEMI JOIN book_states
      ON ordered_updates.ListingId IS NOT DISTINCT FROM book_states.ListingId
     AND ordered_updates.bucket = book_states.bucket
     AND event_order = last_order_where_1
    GROUP BY ordered_updates.ListingId, ordered_updates.bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
    MIC,
    Ticker,
    CurrencyCode,
    MarketState,
    last_books.BidPrice1                    AS BidPrice1,
    coalesce(last_books.BidQuantity1, 0)    AS BidCumQuantity1,
    last_books.BidPrice2                    AS BidPrice2,
    (coalesce(last_books.BidQuantity1, 0) + coalesce(last_books.BidQuantity2, 0)) AS BidCumQuantity2,
    last_books.AskPrice1                    AS AskPrice1,
    coalesce(last_books.AskQuantity1, 0)    AS AskCumQuantity1,
    last_books.AskPrice2                    AS AskPrice2,
    (coalesce(last_books.AskQuantity1, 0) + coalesce(last_books.AskQuantity2, 0)) AS AskCumQuantity2,
    CASE WHEN last_order_where_1 IS NOT NULL THEN last_books_where_1.BidQuantity1 END AS ContinuousBidQuantity1,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
    THEN 20000 * (last_books.AskPrice1 - last_books.BidPrice1) / nullif(last_books.AskPrice1 + last_books.BidPrice1, 0) END AS SpreadBps,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
    THEN ((coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) + coalesce(last_books.BidPrice2 * last_books.BidQuantity2, 0)) - (coalesce(last_books.AskPrice1 * last_books.AskQuantity1, 0) + coalesce(last_books.AskPrice2 * last_books.AskQuantity2, 0)))
        / nullif((coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) + coalesce(last_books.BidPrice2 * last_books.BidQuantity2, 0)) + (coalesce(last_books.AskPrice1 * last_books.AskQuantity1, 0) + coalesce(last_books.AskPrice2 * last_books.AskQuantity2, 0)), 0) END AS ImbalanceCumNotional2,
    open_mid                                AS MidOpen,
    high_mid                                AS MidHigh,
    low_mid                                 AS MidLow,
    close_mid                               AS MidClose,
    coalesce(close_before_bid, open_bid)    AS ContinuedBidOpen,
    greatest(close_before_bid, high_bid)    AS ContinuedBidHigh,
    least(close_before_bid, low_bid)        AS ContinuedBidLow,
    coalesce(close_bid, close_before_bid)   AS ContinuedBidClose,
    bucket * 60000000000 + CAST((last_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS BidPrice1__time,
    CAST((((last_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS BidPrice1__sequence,
    bucket * 60000000000 + CAST((last_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS AskCumQuantity2__time,
    CAST((((last_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS AskCumQuantity2__sequence,
    bucket * 60000000000 + CAST((last_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS SpreadBps__time,
    CAST((((last_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS SpreadBps__sequence,
    bucket * 60000000000 + CAST((open_mid_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS MidOpen__time,
    CAST((((open_mid_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS MidOpen__sequence,
    bucket * 60000000000 + CAST((close_mid_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS MidClose__time,
    CAST((((close_mid_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS MidClose__sequence
FROM continued_states
LEFT JOIN last_books
  ON ListingId IS NOT DISTINCT FROM last_books.last_ListingId
 AND bucket = last_books.last_bucket
LEFT JOIN last_books_where_1
  ON ListingId IS NOT DISTINCT FROM last_books_where_1.last_ListingId
 AND bucket = last_books_where_1.last_bucket
