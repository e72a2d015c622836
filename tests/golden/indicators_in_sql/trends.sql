-- trends: generic, 60 s buckets [start, end), labelled by their start
WITH averages__all_days AS (
    -- for indicators to look back
    -- averages on all days
    WITH source_bars AS (
        -- the rows of vendor
        SELECT
            ListingId,
            TimeBucket,
            CASE WHEN Close IS DISTINCT FROM 'NaN' THEN Close END AS Close,
            Volume
        FROM vendor
    ),
    pass_rows AS (
        -- the rows, without indicators
        SELECT
            ListingId,
            TimeBucket,
            Close,
            Volume
        FROM source_bars
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
        WINDOW series_1 AS (PARTITION BY ListingId, counts_1 ORDER BY TimeBucket)
    ),
    windows_1 AS MATERIALIZED (
        -- SMA(Close, timeperiod=3)
        SELECT
            *,
            CASE WHEN counts_1 AND position_1 > 2 THEN
                avg(Close) OVER (series_1 ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
            END AS SMA_3
        FROM numbered_1
        WINDOW series_1 AS (PARTITION BY ListingId, counts_1 ORDER BY TimeBucket)
    ),
    lists_1 AS (
        -- each series as lists in time order
        SELECT
            ListingId,
            list(TimeBucket ORDER BY TimeBucket) AS times_1,
            list(Close ORDER BY TimeBucket)      AS Close_list_1
        FROM windows_1
        WHERE counts_1
        GROUP BY ListingId
    ),
    values_1 AS (
        -- the lists as rows again
        SELECT
            ListingId,
            unnest(times_1) AS TimeBucket,
            unnest(
                list_concat(
                    list_transform(times_1[:2], lambda moment: NULL::DOUBLE),
                    CASE
                        WHEN len(Close_list_1) >= 3
                        THEN list_reduce(
                            list_concat(
                                [[list_avg(Close_list_1[:3])]],
                                list_transform(Close_list_1[4:], lambda value: [value])
                            ),
                            lambda smoothed, value: list_append(smoothed, smoothed[-1] + (value[1] - smoothed[-1]) * 2 / 4)
                        )
                        ELSE []
                    END
                )
            ) AS EMA_3
        FROM lists_1
    ),
    joined_1 AS (
        -- EMA(Close, timeperiod=3)
        SELECT
            windows_1.*,
            values_1.EMA_3 AS EMA_3
        FROM windows_1
        LEFT JOIN values_1
          ON windows_1.ListingId IS NOT DISTINCT FROM values_1.ListingId
         AND windows_1.TimeBucket = values_1.TimeBucket
    ),
    bars_2 AS (
        -- which rows count for indicators of Volume
        SELECT
            *,
            CAST(Volume AS DOUBLE)                            AS Volume_2,
            epoch_ns(TimeBucket) // 86400000000000 - (epoch_ns(TimeBucket) % 86400000000000 < 0)::BIGINT AS day_2,
            coalesce(isfinite(CAST(Volume AS DOUBLE)), FALSE) AS counts_2
        FROM joined_1
    ),
    stretches_2 AS (
        -- a series begins anew after a row that does not count
        SELECT
            *,
            count(*) FILTER (WHERE NOT counts_2) OVER in_order_2 AS stretch_2
        FROM bars_2
        WINDOW in_order_2 AS (PARTITION BY ListingId, day_2 ORDER BY TimeBucket)
    ),
    numbered_2 AS (
        -- the place of each row in its series
        SELECT
            *,
            row_number() OVER series_2 AS position_2
        FROM stretches_2
        WINDOW series_2 AS (PARTITION BY ListingId, day_2, stretch_2, counts_2 ORDER BY TimeBucket)
    ),
    windows_2 AS (
        -- SUM(Volume, timeperiod=2)
        SELECT
            *,
            CASE WHEN counts_2 AND position_2 > 1 THEN
                sum(Volume_2) OVER (series_2 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
            END AS SUM_2
        FROM numbered_2
        WINDOW series_2 AS (PARTITION BY ListingId, day_2, stretch_2, counts_2 ORDER BY TimeBucket)
    )
    -- the result
    SELECT
        ListingId,
        TimeBucket,
        Close,
        Volume,
        SMA_3,
        EMA_3,
        SUM_2
    FROM windows_2
),
source_bars AS (
    -- the rows of averages
    SELECT
        ListingId,
        TimeBucket,
        Close,
        Volume,
        SMA_3,
        EMA_3,
        SUM_2
    FROM averages__all_days
),
pass_rows AS (
    -- the rows, without indicators
    SELECT
        ListingId,
        TimeBucket,
        Close,
        Volume,
        SMA_3,
        EMA_3,
        SUM_2
    FROM source_bars
),
bars_1 AS MATERIALIZED (
    -- which rows count for indicators of EMA_3
    SELECT
        *,
        coalesce(isfinite(EMA_3), FALSE) AS counts_1
    FROM pass_rows
),
lists_1 AS (
    -- each series as lists in time order
    SELECT
        ListingId,
        list(TimeBucket ORDER BY TimeBucket) AS times_1,
        list(EMA_3 ORDER BY TimeBucket)      AS EMA_3_list_1
    FROM bars_1
    WHERE counts_1
    GROUP BY ListingId
),
computed_1_1 AS (
    -- SMA(EMA_3, timeperiod=2)
    SELECT
        *,
        talib_sma(EMA_3_list_1, 2) AS sma_1_1
    FROM lists_1
),
values_1 AS (
    -- the lists as rows again
    SELECT
        ListingId,
        unnest(times_1) AS TimeBucket,
        unnest(sma_1_1) AS Smoothed
    FROM computed_1_1
),
joined_1 AS (
    -- SMA(EMA_3, timeperiod=2)
    SELECT
        bars_1.*,
        values_1.Smoothed AS Smoothed
    FROM bars_1
    LEFT JOIN values_1
      ON bars_1.ListingId IS NOT DISTINCT FROM values_1.ListingId
     AND bars_1.TimeBucket = values_1.TimeBucket
)
-- the result
SELECT
    ListingId,
    TimeBucket,
    Close,
    Volume,
    SMA_3,
    EMA_3,
    SUM_2,
    Smoothed
FROM joined_1
WHERE TimeBucket >= TIMESTAMP '2025-03-04 00:00:00'
