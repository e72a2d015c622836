-- totals: generic
WITH source_bars AS (
    -- the rows of vendor
    SELECT
        ListingId,
        TimeBucket,
        CASE WHEN Close IS DISTINCT FROM 'NaN' THEN Close END   AS Close,
        CASE WHEN Volume IS DISTINCT FROM 'NaN' THEN Volume END AS Volume,
        Trades
    FROM read_parquet(['bars/2025-03-03.parquet', 'bars/2025-03-04.parquet'])
    WHERE TimeBucket >= TIMESTAMP '2025-03-03 00:00:00'
),
grouped_bars AS (
    -- one row per ListingId
    SELECT
        ListingId,
        sum(Volume)                                    AS Volume,
        CAST(sum(Trades) AS BIGINT)                    AS Trades,
        arg_max(Close, (TimeBucket, ListingId, Close)) AS Close
    FROM source_bars
    GROUP BY ListingId
)
-- the result
SELECT
    ListingId,
    Volume,
    Trades,
    Close
FROM grouped_bars
