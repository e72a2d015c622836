-- books: book
WITH source_updates AS (
    -- one row per update of a price, in canonical columns
    SELECT
        ListingId,
        epoch_ns(EventTimestamp)                                  AS event_ns,
        BMLLSequenceNo                                            AS sequence,
        CASE CAST(Side AS DOUBLE) WHEN 1 THEN 1 WHEN 2 THEN 2 END AS side,
        Price,
        Size
    FROM depth
    WHERE EventTimestamp IS NOT NULL
      AND ListingId IS NOT NULL
      AND CAST(Side AS DOUBLE) IN (1, 2)
      AND NOT isnan(Price) AND isfinite(Price)
      AND NOT isnan(Size) AND isfinite(Size)
),
daily_updates AS (
    -- each update with its UTC day, at whose start the book is empty
    SELECT
        *,
        event_ns // 86400000000000 - (event_ns % 86400000000000 < 0)::BIGINT AS utc_day
    FROM source_updates
),
celled_updates AS (
    -- each update with its cell: 64 times after each other
    SELECT
        *,
        (dense_rank() OVER (PARTITION BY ListingId, utc_day ORDER BY event_ns) - 1) // 64 AS cell
    FROM daily_updates
),
level_updates AS (
    -- what was set at a price, and the next time something is
    SELECT
        ListingId,
        utc_day,
        side,
        Price,
        Size,
        cell,
        event_ns                                             AS from_ns,
        lead(event_ns, 1, 9223372036854775807) OVER at_price AS to_ns,
        coalesce(lead(cell) OVER at_price, max(cell) OVER (PARTITION BY ListingId, utc_day)) AS last_cell
    FROM celled_updates
    WINDOW at_price AS (PARTITION BY ListingId, utc_day, side, Price ORDER BY event_ns, sequence NULLS FIRST, Size)
),
spread_levels AS (
    -- what stands at a price, in each cell in which it does
    SELECT
        ListingId,
        utc_day,
        side,
        Price,
        Size,
        from_ns,
        to_ns,
        CASE side WHEN 1 THEN -Price ELSE Price END AS distance,
        unnest(range(cell, last_cell + 1))          AS cell
    FROM level_updates
    WHERE from_ns < to_ns
      AND Size > 0
),
cells AS (
    -- the first and the last time of each cell
    SELECT
        ListingId,
        utc_day,
        cell,
        min(event_ns) AS first_ns,
        max(event_ns) AS last_ns
    FROM celled_updates
    GROUP BY ListingId, utc_day, cell
),
cell_levels AS (
    -- the same with whether it stands at all times of the cell
    SELECT
        spread_levels.*,
        from_ns <= first_ns AND to_ns > last_ns AS stands_throughout
    FROM spread_levels
    JOIN cells USING (ListingId, utc_day, cell)
),
placed_levels AS (
    -- the best price first
    SELECT
        *,
        row_number() OVER (PARTITION BY ListingId, utc_day, cell, side, stands_throughout ORDER BY distance) AS place
    FROM cell_levels
),
bounded_levels AS (
    -- the same with how far a price of the cell's books can be
    SELECT
        *,
        min(CASE WHEN stands_throughout AND place = 2 THEN distance END) OVER (PARTITION BY ListingId, utc_day, cell, side) AS furthest
    FROM placed_levels
),
instants AS (
    -- the times at which something was set
    SELECT DISTINCT
        ListingId,
        utc_day,
        cell,
        event_ns
    FROM celled_updates
),
book_levels AS (
    -- what stands at each time, the best price of a side first
    SELECT
        ListingId,
        utc_day,
        event_ns,
        side,
        Price,
        Size,
        row_number() OVER (PARTITION BY ListingId, utc_day, event_ns, side ORDER BY distance) AS level
    FROM instants
    JOIN bounded_levels USING (ListingId, utc_day, cell)
    WHERE event_ns >= from_ns
      AND event_ns < to_ns
      AND (furthest IS NULL OR distance <= furthest)
),
books AS (
    -- one row per time: the book as it stands after all updates of that time
    SELECT
        ListingId,
        utc_day,
        event_ns,
        max(CASE WHEN side = 1 AND level = 1 THEN Price END) AS BidPrice1,
        max(CASE WHEN side = 1 AND level = 1 THEN Size END)  AS BidQuantity1,
        max(CASE WHEN side = 2 AND level = 1 THEN Price END) AS AskPrice1,
        max(CASE WHEN side = 2 AND level = 1 THEN Size END)  AS AskQuantity1,
        max(CASE WHEN side = 1 AND level = 2 THEN Price END) AS BidPrice2,
        max(CASE WHEN side = 1 AND level = 2 THEN Size END)  AS BidQuantity2,
        max(CASE WHEN side = 2 AND level = 2 THEN Price END) AS AskPrice2,
        max(CASE WHEN side = 2 AND level = 2 THEN Size END)  AS AskQuantity2
    FROM instants
    LEFT JOIN book_levels USING (ListingId, utc_day, event_ns)
    GROUP BY ListingId, utc_day, event_ns
)
-- the books
SELECT
    ListingId,
    make_timestamp_ns(event_ns) AS EventTimestamp,
    BidPrice1,
    BidQuantity1,
    AskPrice1,
    AskQuantity1,
    BidPrice2,
    BidQuantity2,
    AskPrice2,
    AskQuantity2
FROM books
