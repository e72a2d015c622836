-- minutes: trade, l2, 60 s buckets (start, end], labelled by their end
WITH trade_rows AS (
    -- one row per ListingId, TimeBucket
    -- module trade
    WITH sparse_rows AS (
        -- one row per ListingId, TimeBucket
        -- buckets in which something happened
        WITH source_trades AS (
            -- one row per trade, in canonical columns
            SELECT
                ListingId,
                epoch_ns(TradeTimestamp)                           AS event_ns,
                BMLLSequenceNo                                     AS sequence,
                MIC,
                Ticker,
                MarketState,
                CASE WHEN isfinite(LocalPrice) THEN LocalPrice END AS LocalPrice,
                Size
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
                    + (hash(LocalPrice, MarketState) >> 37)::BIGINT AS event_order
            FROM bucketed_trades
        ),
        trade_states AS (
            -- one row per listing and bucket: all that metrics are made of
            SELECT
                ListingId,
                bucket,
                any_value(MIC)                    AS MIC,
                any_value(Ticker)                 AS Ticker,
                arg_max(MarketState, event_order) AS MarketState,
                sum(Size)                         AS total_volume
            FROM ordered_trades
            GROUP BY ListingId, bucket
        )
        -- the metrics
        SELECT
            ListingId,
            make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
            MIC,
            Ticker,
            MarketState,
            coalesce(total_volume, 0)               AS TradeTotalVolume
        FROM trade_states
    ),
    market_states AS (
        -- one row per change of a market state
        SELECT
            ListingId,
            epoch_ns(TimestampNanoseconds)                         AS event_ns,
            coalesce(MarketState IN ('CONTINUOUS_TRADING'), FALSE) AS is_phase
        FROM marketstate
        WHERE TimestampNanoseconds IS NOT NULL
    ),
    market_phases AS (
        -- from when to when each stood
        SELECT
            ListingId,
            is_phase,
            event_ns                     AS from_ns,
            lead(event_ns) OVER in_order AS to_ns
        FROM market_states
        WINDOW in_order AS (PARTITION BY ListingId ORDER BY event_ns, is_phase)
    ),
    days AS (
        -- the UTC days on which a listing has a row
        SELECT
            ListingId,
            (epoch_ns(TimeBucket) - 60000000000) // 86400000000000 - ((epoch_ns(TimeBucket) - 60000000000) % 86400000000000 < 0)::BIGINT AS day
        FROM sparse_rows
        GROUP BY ListingId, day
    ),
    timeline AS (
        -- every bucket that starts on the day and has time of a phase
        SELECT DISTINCT
            days.ListingId AS ListingId,
            day,
            unnest(range(
                greatest(from_ns // 60000000000 - (from_ns % 60000000000 < 0)::BIGINT, (day * 86400000000000) // 60000000000 + ((day * 86400000000000) % 60000000000 > 0)::BIGINT - 1 + 1),
                least(to_ns // 60000000000 + (to_ns % 60000000000 > 0)::BIGINT - 1, ((day + 1) * 86400000000000) // 60000000000 + (((day + 1) * 86400000000000) % 60000000000 > 0)::BIGINT - 1) + 1
            )) AS bucket
        FROM days
        JOIN market_phases USING (ListingId)
        WHERE is_phase
          AND (to_ns IS NULL OR from_ns < to_ns)
    ),
    session_breaks AS (
        -- when the book of a listing stops standing
        SELECT
            ListingId,
            epoch_ns(TimestampNanoseconds) AS event_ns,
            TRUE                           AS is_break
        FROM marketstate
        WHERE NOT coalesce(MarketState IN ('CONTINUOUS_TRADING'), FALSE)
    ),
    labelled_buckets AS (
        -- the same by their labels, with since when what stands has been set
        SELECT
            timeline.ListingId                      AS ListingId,
            day,
            session_breaks.event_ns                 AS since_ns,
            make_timestamp((bucket + 1) * 60000000) AS TimeBucket
        FROM timeline
        ASOF LEFT JOIN session_breaks
          ON timeline.ListingId = session_breaks.ListingId
         AND bucket * 60000000000 >= session_breaks.event_ns
    ),
    placed_buckets AS (
        -- each bucket with the last one up to it, on the day, in which something happened
        SELECT
            labelled_buckets.ListingId                                  AS ListingId,
            labelled_buckets.TimeBucket                                 AS TimeBucket,
            labelled_buckets.since_ns                                   AS since_ns,
            last_value(sparse_rows.TimeBucket IGNORE NULLS) OVER so_far AS happened
        FROM labelled_buckets
        LEFT JOIN sparse_rows
          ON labelled_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
         AND labelled_buckets.TimeBucket = sparse_rows.TimeBucket
        WINDOW so_far AS (PARTITION BY labelled_buckets.ListingId, day ORDER BY labelled_buckets.TimeBucket ROWS UNBOUNDED PRECEDING)
    )
    -- every bucket; where nothing happened flows are 0 and states stay
    SELECT
        placed_buckets.ListingId  AS ListingId,
        placed_buckets.TimeBucket AS TimeBucket,
        sparse_rows.MIC           AS MIC,
        sparse_rows.Ticker        AS Ticker,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket OR placed_buckets.since_ns IS NULL OR (epoch_ns(placed_buckets.happened) - 60000000000) + 60000000000 >= placed_buckets.since_ns THEN sparse_rows.MarketState END AS MarketState,
        coalesce(CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket THEN sparse_rows.TradeTotalVolume END, 0) AS TradeTotalVolume
    FROM placed_buckets
    LEFT JOIN sparse_rows
      ON placed_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
     AND placed_buckets.happened = sparse_rows.TimeBucket
),
l2_rows AS (
    -- one row per ListingId, TimeBucket
    -- module l2
    WITH sparse_rows AS (
        -- one row per ListingId, TimeBucket
        -- buckets in which something happened
        WITH source_updates AS NOT MATERIALIZED (
            -- one row per update of the book, in canonical columns
            SELECT
                ListingId,
                epoch_ns(TimestampNanoseconds)                   AS event_ns,
                BMLLSequenceNo                                   AS sequence,
                MIC,
                Ticker,
                CurrencyCode,
                MarketState,
                CASE WHEN isfinite(BidPrice1) THEN BidPrice1 END AS BidPrice1
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
                max(event_order)                  AS last_order
            FROM ordered_updates
            GROUP BY ListingId, bucket
        ),
        last_books AS (
            -- the book at the last update; of several equal in order, the greatest
            SELECT
                ordered_updates.ListingId AS last_ListingId,
                ordered_updates.bucket    AS last_bucket,
                unnest(max({
                    'BidPrice1': BidPrice1
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
            MIC,
            Ticker,
            CurrencyCode,
            MarketState,
            last_books.BidPrice1                    AS BidPrice1,
            bucket * 60000000000 + CAST((last_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS BidPrice1__time
        FROM book_states
        LEFT JOIN last_books
          ON ListingId IS NOT DISTINCT FROM last_books.last_ListingId
         AND bucket = last_books.last_bucket
    ),
    market_states AS (
        -- one row per change of a market state
        SELECT
            ListingId,
            epoch_ns(TimestampNanoseconds)                         AS event_ns,
            coalesce(MarketState IN ('CONTINUOUS_TRADING'), FALSE) AS is_phase
        FROM marketstate
        WHERE TimestampNanoseconds IS NOT NULL
    ),
    market_phases AS (
        -- from when to when each stood
        SELECT
            ListingId,
            is_phase,
            event_ns                     AS from_ns,
            lead(event_ns) OVER in_order AS to_ns
        FROM market_states
        WINDOW in_order AS (PARTITION BY ListingId ORDER BY event_ns, is_phase)
    ),
    days AS (
        -- the UTC days on which a listing has a row
        SELECT
            ListingId,
            (epoch_ns(TimeBucket) - 60000000000) // 86400000000000 - ((epoch_ns(TimeBucket) - 60000000000) % 86400000000000 < 0)::BIGINT AS day
        FROM sparse_rows
        GROUP BY ListingId, day
    ),
    timeline AS (
        -- every bucket that starts on the day and has time of a phase
        SELECT DISTINCT
            days.ListingId AS ListingId,
            day,
            unnest(range(
                greatest(from_ns // 60000000000 - (from_ns % 60000000000 < 0)::BIGINT, (day * 86400000000000) // 60000000000 + ((day * 86400000000000) % 60000000000 > 0)::BIGINT - 1 + 1),
                least(to_ns // 60000000000 + (to_ns % 60000000000 > 0)::BIGINT - 1, ((day + 1) * 86400000000000) // 60000000000 + (((day + 1) * 86400000000000) % 60000000000 > 0)::BIGINT - 1) + 1
            )) AS bucket
        FROM days
        JOIN market_phases USING (ListingId)
        WHERE is_phase
          AND (to_ns IS NULL OR from_ns < to_ns)
    ),
    session_breaks AS (
        -- when the book of a listing stops standing
        SELECT
            ListingId,
            epoch_ns(TimestampNanoseconds) AS event_ns,
            TRUE                           AS is_break
        FROM marketstate
        WHERE NOT coalesce(MarketState IN ('CONTINUOUS_TRADING'), FALSE)
    ),
    labelled_buckets AS (
        -- the same by their labels, with since when what stands has been set
        SELECT
            timeline.ListingId                                                      AS ListingId,
            day,
            greatest(session_breaks.event_ns, bucket * 60000000000 - 1799999999999) AS since_ns,
            make_timestamp((bucket + 1) * 60000000)                                 AS TimeBucket
        FROM timeline
        ASOF LEFT JOIN session_breaks
          ON timeline.ListingId = session_breaks.ListingId
         AND bucket * 60000000000 >= session_breaks.event_ns
    ),
    placed_buckets AS (
        -- each bucket with the last one up to it in which something happened
        SELECT
            coalesce(labelled_buckets.ListingId, sparse_rows.ListingId)   AS ListingId,
            coalesce(labelled_buckets.TimeBucket, sparse_rows.TimeBucket) AS TimeBucket,
            labelled_buckets.since_ns                                     AS since_ns,
            last_value(sparse_rows.TimeBucket IGNORE NULLS) OVER so_far   AS happened,
            labelled_buckets.TimeBucket IS NOT NULL                       AS is_on_timeline
        FROM labelled_buckets
        FULL JOIN sparse_rows
          ON labelled_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
         AND labelled_buckets.TimeBucket = sparse_rows.TimeBucket
        WINDOW so_far AS (PARTITION BY coalesce(labelled_buckets.ListingId, sparse_rows.ListingId) ORDER BY coalesce(labelled_buckets.TimeBucket, sparse_rows.TimeBucket) ROWS UNBOUNDED PRECEDING)
    )
    -- every bucket; where nothing happened flows are 0 and states stay
    SELECT
        placed_buckets.ListingId  AS ListingId,
        placed_buckets.TimeBucket AS TimeBucket,
        sparse_rows.MIC           AS MIC,
        sparse_rows.Ticker        AS Ticker,
        sparse_rows.CurrencyCode  AS CurrencyCode,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket OR (epoch_ns(placed_buckets.happened) - 60000000000) + 60000000000 >= placed_buckets.since_ns THEN sparse_rows.MarketState END AS MarketState,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket OR sparse_rows.BidPrice1__time >= placed_buckets.since_ns THEN sparse_rows.BidPrice1 END AS BidPrice1
    FROM placed_buckets
    LEFT JOIN sparse_rows
      ON placed_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
     AND placed_buckets.happened = sparse_rows.TimeBucket
    WHERE is_on_timeline
)
-- what each module has; a bucket of one is a row
SELECT
    coalesce(trade_rows.ListingId, l2_rows.ListingId)     AS ListingId,
    coalesce(trade_rows.TimeBucket, l2_rows.TimeBucket)   AS TimeBucket,
    coalesce(trade_rows.MIC, l2_rows.MIC)                 AS MIC,
    coalesce(trade_rows.Ticker, l2_rows.Ticker)           AS Ticker,
    coalesce(trade_rows.MarketState, l2_rows.MarketState) AS MarketState,
    l2_rows.CurrencyCode                                  AS CurrencyCode,
    coalesce(trade_rows.TradeTotalVolume, 0)              AS TradeTotalVolume,
    l2_rows.BidPrice1                                     AS BidPrice1
FROM trade_rows
FULL JOIN l2_rows
  ON trade_rows.ListingId IS NOT DISTINCT FROM l2_rows.ListingId
 AND trade_rows.TimeBucket IS NOT DISTINCT FROM l2_rows.TimeBucket
