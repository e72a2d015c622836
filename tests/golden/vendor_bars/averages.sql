-- averages: generic, 60 s buckets [start, end), labelled by their start
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
)
-- the result
SELECT
    ListingId,
    TimeBucket,
    Close,
    Volume,
    Trades
FROM source_bars
