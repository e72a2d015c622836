-- quarters: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalUptickCount,
        TradeTotalGarmanKlass__open,
        TradeTotalGarmanKlass__open__time,
        TradeTotalGarmanKlass__open__sequence,
        TradeTotalGarmanKlass__high,
        TradeTotalGarmanKlass__low,
        TradeTotalGarmanKlass__close,
        TradeTotalGarmanKlass__close__time,
        TradeTotalGarmanKlass__close__sequence,
        TradeTotalAmihud__open,
        TradeTotalAmihud__open__time,
        TradeTotalAmihud__open__sequence,
        TradeTotalAmihud__close,
        TradeTotalAmihud__close__time,
        TradeTotalAmihud__close__sequence,
        TradeTotalAmihud__notional,
        TradeTotalLargeTradeShare__large_volume,
        TradeTotalLargeTradeShare__volume,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM minutes__states
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
        arg_min(TradeTotalGarmanKlass__open, (TradeTotalGarmanKlass__open__time, TradeTotalGarmanKlass__open__sequence, ListingId, TradeTotalGarmanKlass__open)) AS TradeTotalGarmanKlass__open,
        max(TradeTotalGarmanKlass__high)                        AS TradeTotalGarmanKlass__high,
        min(TradeTotalGarmanKlass__low)                         AS TradeTotalGarmanKlass__low,
        arg_max(TradeTotalGarmanKlass__close, (TradeTotalGarmanKlass__close__time, TradeTotalGarmanKlass__close__sequence, ListingId, TradeTotalGarmanKlass__close)) AS TradeTotalGarmanKlass__close,
        arg_min(TradeTotalAmihud__open, (TradeTotalAmihud__open__time, TradeTotalAmihud__open__sequence, ListingId, TradeTotalAmihud__open)) AS TradeTotalAmihud__open,
        arg_max(TradeTotalAmihud__close, (TradeTotalAmihud__close__time, TradeTotalAmihud__close__sequence, ListingId, TradeTotalAmihud__close)) AS TradeTotalAmihud__close,
        sum(TradeTotalAmihud__notional)                         AS TradeTotalAmihud__notional,
        sum(TradeTotalLargeTradeShare__large_volume)            AS TradeTotalLargeTradeShare__large_volume,
        sum(TradeTotalLargeTradeShare__volume)                  AS TradeTotalLargeTradeShare__volume,
        coalesce(CAST(sum(TradeTotalUptickCount) AS BIGINT), 0) AS TradeTotalUptickCount
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000) AS TimeBucket,
    CASE
        WHEN TradeTotalGarmanKlass__low > 0 AND isfinite(TradeTotalGarmanKlass__high)
        THEN sqrt(0.5 * ln(TradeTotalGarmanKlass__high / TradeTotalGarmanKlass__low) ** 2 - (2 * ln(2) - 1) * ln(TradeTotalGarmanKlass__close / TradeTotalGarmanKlass__open) ** 2)
    END AS TradeTotalGarmanKlass,
    CASE
        WHEN least(TradeTotalAmihud__open, TradeTotalAmihud__close) > 0 AND isfinite(TradeTotalAmihud__open) AND isfinite(TradeTotalAmihud__close) AND TradeTotalAmihud__notional > 0
        THEN abs(ln(TradeTotalAmihud__close / TradeTotalAmihud__open)) / TradeTotalAmihud__notional
    END AS TradeTotalAmihud,
    coalesce(TradeTotalLargeTradeShare__large_volume, 0) / nullif(TradeTotalLargeTradeShare__volume, 0) AS TradeTotalLargeTradeShare,
    TradeTotalUptickCount
FROM grouped_bars
