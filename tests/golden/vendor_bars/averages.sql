-- averages: generic, 60 s buckets [start, end), labelled by their start
WITH source_bars AS (
    -- the rows of vendor
    SELECT
        ListingId,
        TimeBucket,
        nullif(Close, 'NaN')  AS Close,
        nullif(Volume, 'NaN') AS Volume,
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
