-- minutes: l2, 60 s buckets (start, end], labelled by their end
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
        CASE WHEN isfinite(AskPrice2) THEN AskPrice2 END       AS AskPrice2,
        CASE WHEN isfinite(AskQuantity1) THEN AskQuantity1 END AS AskQuantity1,
        CASE WHEN isfinite(AskQuantity2) THEN AskQuantity2 END AS AskQuantity2,
        CASE WHEN isfinite(BidPrice2) THEN BidPrice2 END       AS BidPrice2,
        CASE WHEN isfinite(BidPrice3) THEN BidPrice3 END       AS BidPrice3,
        CASE WHEN isfinite(BidQuantity1) THEN BidQuantity1 END AS BidQuantity1,
        CASE WHEN isfinite(BidQuantity2) THEN BidQuantity2 END AS BidQuantity2,
        CASE WHEN isfinite(BidQuantity3) THEN BidQuantity3 END AS BidQuantity3,
        CASE WHEN isfinite(AskPrice3) THEN AskPrice3 END       AS AskPrice3,
        CASE WHEN isfinite(AskQuantity3) THEN AskQuantity3 END AS AskQuantity3
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
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(MarketState) >> 37)::BIGINT AS event_order
    FROM bucketed_updates
),
book_states AS (
    -- one row per listing and bucket: its prices, and the place of its last update
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                    AS MIC,
        any_value(Ticker)                 AS Ticker,
        any_value(CurrencyCode)           AS CurrencyCode,
        arg_max(MarketState, event_order) AS MarketState,
        max(event_order)                  AS last_order,
        max(CASE WHEN MarketState IN ('CONTINUOUS_TRADING') THEN event_order END) AS last_order_where_1
    FROM ordered_updates
    GROUP BY ListingId, bucket
),
last_books AS (
    -- the book at the last update; of several equal in order, the greatest
    SELECT
        ordered_updates.ListingId AS last_ListingId,
        ordered_updates.bucket    AS last_bucket,
        unnest(max({
            'BidPrice1': BidPrice1,
            'AskPrice1': AskPrice1,
            'BidQuantity1': BidQuantity1,
            'AskQuantity1': AskQuantity1,
            'BidQuantity2': BidQuantity2,
            'AskQuantity2': AskQuantity2,
            'BidPrice2': BidPrice2,
            'BidPrice3': BidPrice3,
            'BidQuantity3': BidQuantity3,
            'AskPrice2': AskPrice2,
            'AskPrice3': AskPrice3,
            'AskQuantity3': AskQuantity3
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
            'AskPrice1': AskPrice1,
            'AskPrice2': AskPrice2,
            'AskPrice3': AskPrice3,
            'AskQuantity1': AskQuantity1,
            'AskQuantity2': AskQuantity2,
            'AskQuantity3': AskQuantity3,
            'BidPrice1': BidPrice1
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
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1 AND last_books.BidQuantity1 IS NOT NULL AND last_books.AskQuantity1 IS NOT NULL
    THEN (last_books.BidPrice1 * coalesce(last_books.AskQuantity1, 0) + last_books.AskPrice1 * coalesce(last_books.BidQuantity1, 0))
        / nullif(coalesce(last_books.BidQuantity1, 0) + coalesce(last_books.AskQuantity1, 0), 0) END AS Microprice1,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1 AND last_books.BidQuantity1 IS NOT NULL AND last_books.AskQuantity1 IS NOT NULL
    THEN (last_books.BidPrice1 * (coalesce(last_books.AskQuantity1, 0) + coalesce(last_books.AskQuantity2, 0)) + last_books.AskPrice1 * (coalesce(last_books.BidQuantity1, 0) + coalesce(last_books.BidQuantity2, 0)))
        / nullif((coalesce(last_books.BidQuantity1, 0) + coalesce(last_books.BidQuantity2, 0)) + (coalesce(last_books.AskQuantity1, 0) + coalesce(last_books.AskQuantity2, 0)), 0) END AS Microprice2,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
        AND (10000 * abs(last_books.BidPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) > (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2))) IS NOT FALSE
    THEN
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice1 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity1 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice2 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity2 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity3 END, 0)
    END AS BidDepth10bps,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
        AND (10000 * abs(last_books.BidPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) > (2.5 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2))) IS NOT FALSE
    THEN
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice1 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (2.5 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity1 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice2 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (2.5 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity2 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.BidPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (2.5 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.BidQuantity3 END, 0)
    END AS BidDepth2_5bps,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
        AND (10000 * abs(last_books.AskPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) > (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2))) IS NOT FALSE
    THEN
        coalesce(CASE WHEN 10000 * abs(last_books.AskPrice1 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.AskPrice1 * last_books.AskQuantity1 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.AskPrice2 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.AskPrice2 * last_books.AskQuantity2 END, 0) +
        coalesce(CASE WHEN 10000 * abs(last_books.AskPrice3 - ((last_books.BidPrice1 + last_books.AskPrice1) / 2)) <= (10 + 1e-8) * abs(((last_books.BidPrice1 + last_books.AskPrice1) / 2)) THEN last_books.AskPrice3 * last_books.AskQuantity3 END, 0)
    END AS AskDepthNotional10bps,
    CASE WHEN last_order_where_1 IS NOT NULL THEN CASE WHEN (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0) + coalesce(last_books_where_1.AskQuantity3, 0)) >= 250.5 * (1 - 1e-12) THEN (
        CASE WHEN last_books_where_1.AskQuantity1 > 0
            THEN last_books_where_1.AskPrice1 * least(last_books_where_1.AskQuantity1, 250.5) ELSE 0 END +
        CASE WHEN last_books_where_1.AskQuantity2 > 0 AND coalesce(last_books_where_1.AskQuantity1, 0) < 250.5
            THEN last_books_where_1.AskPrice2 * least(last_books_where_1.AskQuantity2, 250.5 - coalesce(last_books_where_1.AskQuantity1, 0)) ELSE 0 END +
        CASE WHEN last_books_where_1.AskQuantity3 > 0 AND (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0)) < 250.5
            THEN last_books_where_1.AskPrice3 * least(last_books_where_1.AskQuantity3, 250.5 - (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0))) ELSE 0 END
    ) / 250.5 END END AS AskSweepPrice250_5,
    CASE WHEN last_order_where_1 IS NOT NULL THEN CASE WHEN last_books_where_1.BidPrice1 <= last_books_where_1.AskPrice1
    THEN 10000 * abs(CASE WHEN (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0) + coalesce(last_books_where_1.AskQuantity3, 0)) >= 250.5 * (1 - 1e-12) THEN (
        CASE WHEN last_books_where_1.AskQuantity1 > 0
            THEN last_books_where_1.AskPrice1 * least(last_books_where_1.AskQuantity1, 250.5) ELSE 0 END +
        CASE WHEN last_books_where_1.AskQuantity2 > 0 AND coalesce(last_books_where_1.AskQuantity1, 0) < 250.5
            THEN last_books_where_1.AskPrice2 * least(last_books_where_1.AskQuantity2, 250.5 - coalesce(last_books_where_1.AskQuantity1, 0)) ELSE 0 END +
        CASE WHEN last_books_where_1.AskQuantity3 > 0 AND (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0)) < 250.5
            THEN last_books_where_1.AskPrice3 * least(last_books_where_1.AskQuantity3, 250.5 - (coalesce(last_books_where_1.AskQuantity1, 0) + coalesce(last_books_where_1.AskQuantity2, 0))) ELSE 0 END
    ) / 250.5 END - ((last_books_where_1.BidPrice1 + last_books_where_1.AskPrice1) / 2)) / nullif(((last_books_where_1.BidPrice1 + last_books_where_1.AskPrice1) / 2), 0) END END AS AskCostToTrade250_5,
    CASE WHEN (coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) + coalesce(last_books.BidPrice2 * last_books.BidQuantity2, 0) + coalesce(last_books.BidPrice3 * last_books.BidQuantity3, 0)) >= 10000 * (1 - 1e-12) THEN 10000 / (
        CASE WHEN last_books.BidQuantity1 > 0
            THEN least(last_books.BidPrice1 * last_books.BidQuantity1, 10000) / nullif(greatest(last_books.BidPrice1, 0), 0) ELSE 0 END +
        CASE WHEN last_books.BidQuantity2 > 0 AND coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) < 10000
            THEN least(last_books.BidPrice2 * last_books.BidQuantity2, 10000 - coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0)) / nullif(greatest(last_books.BidPrice2, 0), 0) ELSE 0 END +
        CASE WHEN last_books.BidQuantity3 > 0 AND (coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) + coalesce(last_books.BidPrice2 * last_books.BidQuantity2, 0)) < 10000
            THEN least(last_books.BidPrice3 * last_books.BidQuantity3, 10000 - (coalesce(last_books.BidPrice1 * last_books.BidQuantity1, 0) + coalesce(last_books.BidPrice2 * last_books.BidQuantity2, 0))) / nullif(greatest(last_books.BidPrice3, 0), 0) ELSE 0 END
    ) END AS BidSweepPriceNotional10000,
    CASE WHEN last_books.BidPrice1 < last_books.AskPrice1 THEN (
        ln(nullif(greatest(last_books.AskQuantity1, 0), 0)) / nullif(abs(last_books.AskPrice1 / nullif(((last_books.BidPrice1 + last_books.AskPrice1) / 2), 0) - 1), 0) +
        (ln(nullif(greatest(coalesce(last_books.AskQuantity1, 0) + last_books.AskQuantity2, 0), 0)) / nullif(ln(nullif(greatest(coalesce(last_books.AskQuantity1, 0), 0), 0)), 0) - 1) / nullif(abs(last_books.AskPrice2 / nullif(last_books.AskPrice1, 0) - 1), 0)
    ) / 2 END AS AskSlope2
FROM book_states
LEFT JOIN last_books
  ON ListingId IS NOT DISTINCT FROM last_books.last_ListingId
 AND bucket = last_books.last_bucket
LEFT JOIN last_books_where_1
  ON ListingId IS NOT DISTINCT FROM last_books_where_1.last_ListingId
 AND bucket = last_books_where_1.last_bucket
