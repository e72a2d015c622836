CREATE OR REPLACE MACRO pass1__states(start_date := NULL, end_date := NULL) AS TABLE
-- pass1: trade, 60 s buckets (start, end], labelled by their end; with the states later passes merge
WITH source_trades AS (
    -- one row per trade, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TradeTimestamp)                                       AS event_ns,
        BMLLSequenceNo                                                 AS sequence,
        MIC,
        Ticker,
        MarketState,
        CASE WHEN isfinite(LocalPrice) THEN LocalPrice END             AS LocalPrice,
        Size,
        CASE WHEN isfinite(TradeNotionalEUR) THEN TradeNotionalEUR END AS TradeNotionalEUR
    FROM trades
    WHERE (start_date IS NULL OR TradeTimestamp > start_date::DATE::TIMESTAMP_NS)
      AND (end_date IS NULL OR TradeTimestamp <= (end_date::DATE + 1)::TIMESTAMP_NS)
      AND Classification IN ('LIT_CONTINUOUS')
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
        any_value(MIC)                                             AS MIC,
        any_value(Ticker)                                          AS Ticker,
        arg_max(MarketState, event_order)                          AS MarketState,
        sum(Size)                                                  AS total_volume,
        sum(TradeNotionalEUR)                                      AS total_notional_eur,
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
    make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
    MIC,
    Ticker,
    MarketState,
    coalesce(total_volume, 0)               AS TradeTotalVolume,
    coalesce(total_notional_eur, 0)         AS TradeTotalNotionalEUR,
    total_open                              AS Open,
    total_high                              AS High,
    total_low                               AS Low,
    total_close                             AS Close,
    bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS Close__time,
    CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS Close__sequence
FROM trade_states;

COMMENT ON MACRO TABLE pass1__states IS 'what later passes read of pass1';

CREATE OR REPLACE MACRO pass1(start_date := NULL, end_date := NULL) AS TABLE
SELECT
    ListingId,
    TimeBucket,
    MIC,
    Ticker,
    MarketState,
    TradeTotalVolume,
    TradeTotalNotionalEUR,
    Open,
    High,
    Low,
    Close
FROM pass1__states(start_date := start_date, end_date := end_date);

COMMENT ON MACRO TABLE pass1 IS 'trade, 60 s buckets (start, end], labelled by their end; one row per ListingId, TimeBucket
ListingId: The listing
TimeBucket: 60 s buckets (start, end], labelled by their end [UTC]
MIC: MIC of the listing
Ticker: Ticker of the listing
MarketState: MarketState of the listing
TradeTotalVolume: Traded quantity (Total) [quantity]; 0 when no trade counts
TradeTotalNotionalEUR: Traded value in EUR (Total) [EUR]; 0 when no trade counts
Open: First trade price by time and sequence (Total) [price]; null when no trade has a price
High: Highest trade price (Total) [price]; null when no trade has a price
Low: Lowest trade price (Total) [price]; null when no trade has a price
Close: Last trade price by time and sequence (Total) [price]; null when no trade has a price';

CREATE OR REPLACE MACRO pass2(start_date := NULL, end_date := NULL) AS TABLE
-- pass2: generic, 900 s buckets (start, end], labelled by their end
WITH pass1__states__all_days AS (
    -- for indicators to look back
    -- pass1 on all days
    WITH source_trades AS (
        -- one row per trade, in canonical columns
        SELECT
            ListingId,
            epoch_ns(TradeTimestamp)                                       AS event_ns,
            BMLLSequenceNo                                                 AS sequence,
            MIC,
            Ticker,
            MarketState,
            CASE WHEN isfinite(LocalPrice) THEN LocalPrice END             AS LocalPrice,
            Size,
            CASE WHEN isfinite(TradeNotionalEUR) THEN TradeNotionalEUR END AS TradeNotionalEUR
        FROM trades
        WHERE (end_date IS NULL OR TradeTimestamp <= (end_date::DATE + 1)::TIMESTAMP_NS)
          AND Classification IN ('LIT_CONTINUOUS')
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
            any_value(MIC)                                             AS MIC,
            any_value(Ticker)                                          AS Ticker,
            arg_max(MarketState, event_order)                          AS MarketState,
            sum(Size)                                                  AS total_volume,
            sum(TradeNotionalEUR)                                      AS total_notional_eur,
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
        make_timestamp((bucket + 1) * 60000000) AS TimeBucket,
        MIC,
        Ticker,
        MarketState,
        coalesce(total_volume, 0)               AS TradeTotalVolume,
        coalesce(total_notional_eur, 0)         AS TradeTotalNotionalEUR,
        total_open                              AS Open,
        total_high                              AS High,
        total_low                               AS Low,
        total_close                             AS Close,
        bucket * 60000000000 + CAST((total_close_order + (1::HUGEINT << 90)) >> 91 AS BIGINT) AS Close__time,
        CAST((((total_close_order + (1::HUGEINT << 90)) >> 27) & ((1::HUGEINT << 64) - 1)) - (1::HUGEINT << 63) AS BIGINT) AS Close__sequence
    FROM trade_states
),
source_bars AS (
    -- the rows of pass1
    SELECT
        ListingId,
        TradeTotalVolume,
        TradeTotalNotionalEUR,
        Close,
        Close__time,
        Close__sequence,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM pass1__states__all_days
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 900 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 900000000000 - (bar_start % 900000000000 < 0)::BIGINT AS bucket
    FROM source_bars
),
reference_rows AS (
    -- what the reference table says of each listing
    SELECT DISTINCT
        ListingId,
        InstrumentId
    FROM reference
    WHERE ListingId IS NOT NULL
),
mapped_bars AS (
    -- each bar with the reference row of its listing; nulls where there is none
    SELECT
        bucketed_bars.*,
        reference_rows.InstrumentId AS InstrumentId
    FROM bucketed_bars
    LEFT JOIN reference_rows
      ON bucketed_bars.ListingId = reference_rows.ListingId
),
grouped_bars AS (
    -- one row per InstrumentId, TimeBucket
    SELECT
        InstrumentId,
        bucket,
        sum(TradeTotalVolume)                                            AS TradeTotalVolume,
        sum(TradeTotalNotionalEUR)                                       AS TradeTotalNotionalEUR,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
),
pass_rows AS (
    -- the rows, without indicators
    SELECT
        InstrumentId,
        make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
        coalesce(TradeTotalVolume, 0)            AS TradeTotalVolume,
        coalesce(TradeTotalNotionalEUR, 0)       AS TradeTotalNotionalEUR,
        Close
    FROM grouped_bars
),
bars_1 AS (
    -- which rows count for indicators of Close
    SELECT
        *,
        coalesce(isfinite(Close), FALSE) AS counts_1
    FROM pass_rows
),
numbered_1 AS (
    -- the place of each row in its series
    SELECT
        *,
        row_number() OVER series_1 AS position_1
    FROM bars_1
    WINDOW series_1 AS (PARTITION BY InstrumentId, counts_1 ORDER BY TimeBucket)
),
windows_1 AS (
    -- SMA(Close, timeperiod=14)
    SELECT
        *,
        CASE WHEN counts_1 AND position_1 > 13 THEN
            avg(Close) OVER (series_1 ROWS BETWEEN 13 PRECEDING AND CURRENT ROW)
        END AS SMA_14
    FROM numbered_1
    WINDOW series_1 AS (PARTITION BY InstrumentId, counts_1 ORDER BY TimeBucket)
)
-- the result
SELECT
    InstrumentId,
    TimeBucket,
    TradeTotalVolume,
    TradeTotalNotionalEUR,
    Close,
    SMA_14
FROM windows_1
WHERE (start_date IS NULL OR TimeBucket >= make_timestamp((epoch_ns(start_date::DATE::TIMESTAMP_NS) + 900000000000) // 1000));

COMMENT ON MACRO TABLE pass2 IS 'generic, 900 s buckets (start, end], labelled by their end; one row per InstrumentId, TimeBucket
InstrumentId: InstrumentId from reference
TimeBucket: 900 s buckets (start, end], labelled by their end [UTC]
TradeTotalVolume: Traded quantity (Total) [quantity]; 0 when no trade counts
TradeTotalNotionalEUR: Traded value in EUR (Total) [EUR]; 0 when no trade counts
Close: Last trade price by time and sequence (Total) [price]; null when no trade has a price
SMA_14: SMA(Close, timeperiod=14), output 0 [price]; null for the first 13 values and where the input is null';
