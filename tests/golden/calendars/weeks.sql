-- weeks: generic, weeks in Atlantic/Azores (start, end], labelled by their start
WITH source_bars AS (
    -- the rows of vendor
    SELECT
        ListingId,
        CASE WHEN Volume IS DISTINCT FROM 'NaN' THEN Volume END AS Volume,
        epoch_ns(TimeBucket)                                    AS bar_start
    FROM vendor
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: weeks in Atlantic/Azores (start, end], labelled by their start
    SELECT
        *,
        CAST(date_trunc('week', timezone('Atlantic/Azores', timezone('UTC', make_timestamp(bar_start // 1000)))) AS DATE) AS bucket
    FROM source_bars
),
grouped_bars AS (
    -- one row per ListingId, TimeBucket
    SELECT
        ListingId,
        bucket,
        sum(Volume) AS Volume
    FROM bucketed_bars
    GROUP BY ListingId, bucket
)
-- the result
SELECT
    ListingId,
    timezone('UTC', CASE
        WHEN CAST(
            timezone('Atlantic/Azores', timezone('Atlantic/Azores', CAST(bucket AS TIMESTAMP) - INTERVAL 12 HOUR) + INTERVAL 12 HOUR) AS DATE
        ) = CAST(CAST(bucket AS TIMESTAMP) AS DATE)
        THEN least(
            timezone('Atlantic/Azores', CAST(bucket AS TIMESTAMP)),
            timezone('Atlantic/Azores', CAST(bucket AS TIMESTAMP) - INTERVAL 12 HOUR) + INTERVAL 12 HOUR
        )
        ELSE timezone('Atlantic/Azores', CAST(bucket AS TIMESTAMP))
    END) AS TimeBucket,
    Volume
FROM grouped_bars
