-- days: generic
WITH source_bars AS (
    -- the rows of quarters
    SELECT
        MIC,
        Close,
        Close__time,
        Close__listing
    FROM quarters__states
),
grouped_bars AS (
    -- one row per MIC
    SELECT
        MIC,
        arg_max(Close, (Close__time, Close__listing, Close)) AS Close
    FROM source_bars
    GROUP BY MIC
)
-- the result
SELECT
    MIC,
    Close
FROM grouped_bars
