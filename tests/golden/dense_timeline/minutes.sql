-- minutes: trade, l2tw, 60 s buckets (start, end], labelled by their end
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
                sum(Size)                         AS total_volume,
                arg_min(LocalPrice, event_order)  AS total_open,
                max(LocalPrice)                   AS total_high,
                min(LocalPrice)                   AS total_low,
                arg_max(LocalPrice, event_order)  AS total_close
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
            coalesce(total_volume, 0)               AS TradeTotalVolume,
            total_open                              AS Open,
            total_high                              AS High,
            total_low                               AS Low,
            total_close                             AS Close
        FROM trade_states
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
        -- every bucket from the first to the last one
        SELECT
            ListingId,
            day,
            unnest(range((day * 86400000000000 + 31800000000000) // 60000000000 + ((day * 86400000000000 + 31800000000000) % 60000000000 > 0)::BIGINT - 1 + 1, (day * 86400000000000 + 33000000000000) // 60000000000 - ((day * 86400000000000 + 33000000000000) % 60000000000 < 0)::BIGINT)) AS bucket
        FROM days
    ),
    labelled_buckets AS (
        -- the same by their labels
        SELECT
            timeline.ListingId                      AS ListingId,
            day,
            make_timestamp((bucket + 1) * 60000000) AS TimeBucket
        FROM timeline
    ),
    placed_buckets AS (
        -- each bucket with the last one up to it, on the day, in which something happened
        SELECT
            labelled_buckets.ListingId                                  AS ListingId,
            labelled_buckets.TimeBucket                                 AS TimeBucket,
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
        sparse_rows.MarketState   AS MarketState,
        coalesce(CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket THEN sparse_rows.TradeTotalVolume END, 0) AS TradeTotalVolume,
        sparse_rows.Open          AS Open,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket THEN sparse_rows.High END AS High,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket THEN sparse_rows.Low END AS Low,
        sparse_rows.Close         AS Close
    FROM placed_buckets
    LEFT JOIN sparse_rows
      ON placed_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
     AND placed_buckets.happened = sparse_rows.TimeBucket
),
l2tw_rows AS (
    -- one row per ListingId, TimeBucket
    -- module l2tw
    WITH sparse_rows AS (
        -- one row per ListingId, TimeBucket
        -- buckets in which something happened
        WITH source_updates AS (
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
        timed_updates AS (
            -- each update with the time of the next one
            SELECT
                *,
                lead(event_ns) OVER updates_of_listing AS next_ns
            FROM source_updates
            WINDOW updates_of_listing AS (PARTITION BY ListingId ORDER BY event_ns, sequence NULLS FIRST, BidPrice1)
        ),
        bucketed_updates AS (
            -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
            SELECT
                *,
                event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
            FROM timed_updates
        ),
        ordered_updates AS (
            -- each update with its place in the order of events: time, sequence, then what makes it unique
            SELECT
                *,
                BidPrice1 AS book_bid,
                (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
                    + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
                    + (hash(MarketState) >> 37)::BIGINT AS event_order
            FROM bucketed_updates
        ),
        standing_updates AS (
            -- each update with the time until which its state stands, and the bucket of the next one
            SELECT
                *,
                least(coalesce(next_ns, 9223372036854775807), event_ns + 3600000000000) AS to_ns,
                next_ns // 60000000000 + (next_ns % 60000000000 > 0)::BIGINT - 1        AS next_bucket
            FROM ordered_updates
        ),
        spread_updates AS (
            -- each update in every bucket in which its state may stand
            SELECT
                *,
                unnest(CASE
                    WHEN next_bucket IS NULL OR next_bucket = bucket THEN [bucket]
                    WHEN bucket * 60000000000 // 86400000000000 - (bucket * 60000000000 % 86400000000000 < 0)::BIGINT = next_bucket * 60000000000 // 86400000000000 - (next_bucket * 60000000000 % 86400000000000 < 0)::BIGINT THEN range(bucket, next_bucket + 1)
                    ELSE [bucket, next_bucket]
                END) AS in_bucket
            FROM standing_updates
        ),
        book_times AS (
            -- how long each state stood in each bucket
            SELECT
                ListingId,
                in_bucket                         AS bucket,
                (least(to_ns, (in_bucket + 1) * 60000000000) - greatest(event_ns, in_bucket * 60000000000))::DOUBLE AS standing_ns,
                in_bucket = spread_updates.bucket AS is_own,
                MIC,
                Ticker,
                CurrencyCode,
                MarketState,
                book_bid,
                event_order
            FROM spread_updates
            WHERE (in_bucket = spread_updates.bucket OR to_ns > in_bucket * 60000000000)
        ),
        book_states AS (
            -- one row per listing and bucket: values by time, and the times
            SELECT
                ListingId,
                bucket,
                any_value(MIC)                                              AS MIC,
                any_value(Ticker)                                           AS Ticker,
                any_value(CurrencyCode)                                     AS CurrencyCode,
                arg_max(CASE WHEN is_own THEN MarketState END, event_order) AS MarketState,
                sum(book_bid * standing_ns)                                 AS mean_by_time_bid,
                sum(CASE WHEN book_bid IS NOT NULL THEN standing_ns END)    AS mean_time_bid
            FROM book_times
            GROUP BY ListingId, bucket
        )
        -- the metrics of buckets in which the book stood
        SELECT
            ListingId,
            make_timestamp((bucket + 1) * 60000000)     AS TimeBucket,
            MIC,
            Ticker,
            CurrencyCode,
            MarketState,
            mean_by_time_bid / nullif(mean_time_bid, 0) AS BidTWA
        FROM book_states
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
        -- every bucket from the first to the last one
        SELECT
            ListingId,
            day,
            unnest(range((day * 86400000000000 + 31800000000000) // 60000000000 + ((day * 86400000000000 + 31800000000000) % 60000000000 > 0)::BIGINT - 1 + 1, (day * 86400000000000 + 33000000000000) // 60000000000 - ((day * 86400000000000 + 33000000000000) % 60000000000 < 0)::BIGINT)) AS bucket
        FROM days
    ),
    labelled_buckets AS (
        -- the same by their labels
        SELECT
            timeline.ListingId                      AS ListingId,
            day,
            make_timestamp((bucket + 1) * 60000000) AS TimeBucket
        FROM timeline
    ),
    placed_buckets AS (
        -- each bucket with the last one up to it, on the day, in which something happened
        SELECT
            labelled_buckets.ListingId                                  AS ListingId,
            labelled_buckets.TimeBucket                                 AS TimeBucket,
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
        sparse_rows.CurrencyCode  AS CurrencyCode,
        sparse_rows.MarketState   AS MarketState,
        CASE WHEN placed_buckets.happened = placed_buckets.TimeBucket THEN sparse_rows.BidTWA END AS BidTWA
    FROM placed_buckets
    LEFT JOIN sparse_rows
      ON placed_buckets.ListingId IS NOT DISTINCT FROM sparse_rows.ListingId
     AND placed_buckets.happened = sparse_rows.TimeBucket
)
-- what each module has; a bucket of one is a row
SELECT
    coalesce(trade_rows.ListingId, l2tw_rows.ListingId)     AS ListingId,
    coalesce(trade_rows.TimeBucket, l2tw_rows.TimeBucket)   AS TimeBucket,
    coalesce(trade_rows.MIC, l2tw_rows.MIC)                 AS MIC,
    coalesce(trade_rows.Ticker, l2tw_rows.Ticker)           AS Ticker,
    coalesce(trade_rows.MarketState, l2tw_rows.MarketState) AS MarketState,
    l2tw_rows.CurrencyCode                                  AS CurrencyCode,
    coalesce(trade_rows.TradeTotalVolume, 0)                AS TradeTotalVolume,
    trade_rows.Open                                         AS Open,
    trade_rows.High                                         AS High,
    trade_rows.Low                                          AS Low,
    trade_rows.Close                                        AS Close,
    l2tw_rows.BidTWA                                        AS BidTWA
FROM trade_rows
FULL JOIN l2tw_rows
  ON trade_rows.ListingId IS NOT DISTINCT FROM l2tw_rows.ListingId
 AND trade_rows.TimeBucket IS NOT DISTINCT FROM l2tw_rows.TimeBucket
