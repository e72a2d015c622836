-- days: trade, l2tw, 86400 s buckets [start, end), labelled by their start; with the states later passes merge
WITH trade_rows AS (
    -- one row per ListingId, TimeBucket
    -- module trade
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
        -- 86400 s buckets [start, end), labelled by their start; bucket is the number of the interval, counted from the origin
        SELECT
            *,
            event_ns // 86400000000000 - (event_ns % 86400000000000 < 0)::BIGINT AS bucket
        FROM source_trades
    ),
    ordered_trades AS (
        -- each trade with its place in the order of events: time, sequence, then what makes it unique
        SELECT
            *,
            {'event_ns': event_ns, 'sequence': sequence, 'LocalPrice': LocalPrice, 'Size': Size, 'MarketState': MarketState} AS event_order
        FROM bucketed_trades
    ),
    trade_states AS (
        -- one row per listing and bucket: all that metrics are made of
        SELECT
            ListingId,
            bucket,
            any_value(MIC)                                             AS MIC,
            any_value(Ticker)                                          AS Ticker,
            arg_max(MarketState, event_order)                          AS MarketState,
            sum(Size)                                                  AS total_volume,
            arg_min(LocalPrice, event_order)                           AS total_open,
            max(LocalPrice)                                            AS total_high,
            min(LocalPrice)                                            AS total_low,
            arg_max(LocalPrice, event_order)                           AS total_close,
            max(CASE WHEN LocalPrice IS NOT NULL THEN event_order END) AS total_close_order
        FROM ordered_trades
        GROUP BY ListingId, bucket
    )
    -- the metrics
    SELECT
        ListingId,
        make_timestamp(bucket * 86400000000) AS TimeBucket,
        MIC,
        Ticker,
        MarketState,
        coalesce(total_volume, 0)            AS TradeTotalVolume,
        total_open                           AS Open,
        total_high                           AS High,
        total_low                            AS Low,
        total_close                          AS Close,
        total_close_order.event_ns           AS Close__time,
        total_close_order.sequence           AS Close__sequence
    FROM trade_states
),
l2tw_rows AS (
    -- one row per ListingId, TimeBucket
    -- module l2tw
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
        -- 86400 s buckets [start, end), labelled by their start; bucket is the number of the interval, counted from the origin
        SELECT
            *,
            event_ns // 86400000000000 - (event_ns % 86400000000000 < 0)::BIGINT AS bucket
        FROM timed_updates
    ),
    ordered_updates AS (
        -- each update with its place in the order of events: time, sequence, then what makes it unique
        SELECT
            *,
            BidPrice1                                                                AS book_bid,
            {'event_ns': event_ns, 'sequence': sequence, 'MarketState': MarketState} AS event_order
        FROM bucketed_updates
    ),
    standing_updates AS (
        -- each update with the time until which its state stands, and the bucket of the next one
        SELECT
            *,
            least(coalesce(next_ns, 9223372036854775807), event_ns + 3600000000000) AS to_ns,
            next_ns // 86400000000000 - (next_ns % 86400000000000 < 0)::BIGINT      AS next_bucket
        FROM ordered_updates
    ),
    spread_updates AS (
        -- each update in every bucket in which its state may stand
        SELECT
            *,
            unnest(CASE WHEN next_bucket > bucket AND to_ns > next_bucket * 86400000000000 THEN [bucket, next_bucket] ELSE [bucket] END) AS in_bucket
        FROM standing_updates
    ),
    book_times AS (
        -- how long each state stood in each bucket
        SELECT
            ListingId,
            in_bucket                         AS bucket,
            (least(to_ns, (in_bucket + 1) * 86400000000000) - greatest(event_ns, in_bucket * 86400000000000))::DOUBLE AS standing_ns,
            in_bucket = spread_updates.bucket AS is_own,
            MIC,
            Ticker,
            CurrencyCode,
            MarketState,
            book_bid,
            event_order
        FROM spread_updates
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
    -- the metrics of buckets in which the book was updated
    SELECT
        ListingId,
        make_timestamp(bucket * 86400000000)        AS TimeBucket,
        MIC,
        Ticker,
        CurrencyCode,
        MarketState,
        mean_by_time_bid / nullif(mean_time_bid, 0) AS BidTWA
    FROM book_states
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
    l2tw_rows.BidTWA                                        AS BidTWA,
    trade_rows.Close__time                                  AS Close__time,
    trade_rows.Close__sequence                              AS Close__sequence
FROM trade_rows
FULL JOIN l2tw_rows
  ON trade_rows.ListingId IS NOT DISTINCT FROM l2tw_rows.ListingId
 AND trade_rows.TimeBucket IS NOT DISTINCT FROM l2tw_rows.TimeBucket
