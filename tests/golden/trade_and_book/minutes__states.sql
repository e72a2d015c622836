-- minutes: trade, l2, 60 s buckets (start, end], labelled by their end; with the states later passes merge
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
            any_value(MIC)                                                 AS MIC,
            any_value(Ticker)                                              AS Ticker,
            arg_max(MarketState, event_order)                              AS MarketState,
            sum(Size)                                                      AS total_volume,
            sum(CASE WHEN isfinite(LocalPrice) THEN LocalPrice * Size END) AS total_traded_value,
            sum(CASE WHEN isfinite(LocalPrice) THEN Size END)              AS total_priced_volume,
            arg_min(LocalPrice, event_order)                               AS total_open,
            max(LocalPrice)                                                AS total_high,
            min(LocalPrice)                                                AS total_low,
            arg_max(LocalPrice, event_order)                               AS total_close,
            max(CASE WHEN LocalPrice IS NOT NULL THEN event_order END)     AS total_close_order
        FROM ordered_trades
        GROUP BY ListingId, bucket
    )
    -- the metrics
    SELECT
        ListingId,
        make_timestamp((bucket + 1) * 60000000)             AS TimeBucket,
        MIC,
        Ticker,
        MarketState,
        coalesce(total_volume, 0)                           AS TradeTotalVolume,
        total_traded_value / nullif(total_priced_volume, 0) AS TradeTotalVWAP,
        total_open                                          AS Open,
        total_high                                          AS High,
        total_low                                           AS Low,
        total_close                                         AS Close,
        total_traded_value                                  AS TradeTotalVWAP__traded_value,
        total_priced_volume                                 AS TradeTotalVWAP__priced_volume,
        bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS Close__time,
        CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS Close__sequence
    FROM trade_states
),
l2_rows AS (
    -- one row per ListingId, TimeBucket
    -- module l2
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
            CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END AS AskPrice1,
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
        MIC,
        Ticker,
        CurrencyCode,
        MarketState,
        last_books.BidPrice1                    AS BidPrice1,
        last_books.AskPrice1                    AS AskPrice1,
        bucket * 60000000000 + CAST((last_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS AskPrice1__time,
        CAST((((last_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS AskPrice1__sequence
    FROM book_states
    LEFT JOIN last_books
      ON ListingId IS NOT DISTINCT FROM last_books.last_ListingId
     AND bucket = last_books.last_bucket
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
    trade_rows.TradeTotalVWAP                             AS TradeTotalVWAP,
    trade_rows.Open                                       AS Open,
    trade_rows.High                                       AS High,
    trade_rows.Low                                        AS Low,
    trade_rows.Close                                      AS Close,
    l2_rows.BidPrice1                                     AS BidPrice1,
    l2_rows.AskPrice1                                     AS AskPrice1,
    trade_rows.TradeTotalVWAP__traded_value               AS TradeTotalVWAP__traded_value,
    trade_rows.TradeTotalVWAP__priced_volume              AS TradeTotalVWAP__priced_volume,
    trade_rows.Close__time                                AS Close__time,
    trade_rows.Close__sequence                            AS Close__sequence,
    l2_rows.AskPrice1__time                               AS AskPrice1__time,
    l2_rows.AskPrice1__sequence                           AS AskPrice1__sequence
FROM trade_rows
FULL JOIN l2_rows
  ON trade_rows.ListingId IS NOT DISTINCT FROM l2_rows.ListingId
 AND trade_rows.TimeBucket IS NOT DISTINCT FROM l2_rows.TimeBucket
