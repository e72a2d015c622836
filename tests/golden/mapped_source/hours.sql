-- hours: generic, 3600 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalVolume,
        TradeTotalNotionalEUR,
        Close,
        Close__time,
        Close__sequence,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM minutes__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 3600 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 3600000000000 - (bar_start % 3600000000000 < 0)::BIGINT AS bucket,
        CAST(make_timestamp_ns(bar_start) AS DATE)                           AS bar_date
    FROM source_bars
),
reference_rows AS (
    -- what the reference table says of each listing
    SELECT DISTINCT
        ListingId,
        ValidFrom,
        ValidTo,
        Sector
    FROM read_csv('data/reference.csv', sample_size = -1, files_to_sniff = -1)
    WHERE ListingId IS NOT NULL
),
mapped_bars AS (
    -- each bar with the reference row of its listing; nulls where there is none
    SELECT
        bucketed_bars.*,
        CASE WHEN bar_date <= coalesce(reference_rows.ValidTo, bar_date) THEN reference_rows.Sector END AS Sector
    FROM bucketed_bars
    ASOF LEFT JOIN reference_rows
      ON bucketed_bars.ListingId = reference_rows.ListingId AND bucketed_bars.bar_date >= reference_rows.ValidFrom
),
grouped_bars AS (
    -- one row per Sector, TimeBucket
    SELECT
        Sector,
        bucket,
        sum(TradeTotalVolume)                                            AS TradeTotalVolume,
        sum(TradeTotalNotionalEUR)                                       AS TradeTotalNotionalEUR,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close
    FROM mapped_bars
    GROUP BY Sector, bucket
)
-- the result
SELECT
    Sector,
    make_timestamp((bucket + 1) * 3600000000) AS TimeBucket,
    coalesce(TradeTotalVolume, 0)             AS TradeTotalVolume,
    coalesce(TradeTotalNotionalEUR, 0)        AS TradeTotalNotionalEUR,
    Close
FROM grouped_bars
