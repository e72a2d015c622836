-- minutes: l2, 60 s buckets (start, end], labelled by their end
WITH source_updates AS NOT MATERIALIZED (
    -- one row per update of the book, in canonical columns
    SELECT
        ListingId,
        epoch_ns(EventTimestamp)                         AS event_ns,
        CASE WHEN isfinite(BidPrice1) THEN BidPrice1 END AS BidPrice1,
        CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END AS AskPrice1
    FROM books
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
        event_ns AS event_order
    FROM bucketed_updates
),
book_states AS (
    -- one row per listing and bucket: its prices, and the place of its last update
    SELECT
        ListingId,
        bucket,
        max(event_order) AS last_order
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
            'AskPrice1': AskPrice1
        }))
    FROM ordered_updates
    SEMI JOIN book_states
      ON ordered_updates.ListingId IS NOT DISTINCT FROM book_states.ListingId
     AND ordered_updates.bucket = book_states.bucket
     AND event_order = last_order
    GROUP BY ordered_updates.ListingId, ordered_updates.bucket
)
-- the metrics
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
    CASE WHEN last_books.BidPrice1 <= last_books.AskPrice1
    THEN last_books.AskPrice1 - last_books.BidPrice1 END AS SpreadAbs
FROM book_states
LEFT JOIN last_books
  ON ListingId IS NOT DISTINCT FROM last_books.last_ListingId
 AND bucket = last_books.last_bucket
