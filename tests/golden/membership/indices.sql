-- indices: generic, 900 s buckets (start, end], labelled by their end
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalVolume,
        TradeTotalCount,
        TradeTotalVWAP__traded_value,
        TradeTotalVWAP__priced_volume,
        epoch_ns(TimeBucket) - 60000000000 AS bar_start
    FROM minutes__states
),
bucketed_bars AS (
    -- each bar in the bucket that contains it: 900 s buckets (start, end], labelled by their end
    SELECT
        *,
        bar_start // 900000000000 - (bar_start % 900000000000 < 0)::BIGINT AS bucket,
        CAST(make_timestamp_ns(bar_start) AS DATE)                         AS bar_date
    FROM source_bars
),
membership_rows AS (
    -- who belongs to what, by members
    SELECT DISTINCT
        ListingId,
        Index,
        ValidFrom,
        ValidTo,
        CASE WHEN isfinite(Weight) THEN Weight END AS member_weight
    FROM members
    WHERE ListingId IS NOT NULL
      AND NOT isnan(Weight) AND isfinite(Weight)
),
membership_periods AS (
    -- each member with its last day, null where it has none
    SELECT
        ListingId,
        Index,
        member_weight,
        ValidFrom,
        coalesce(ValidTo, lead(ValidFrom) OVER (PARTITION BY ListingId, Index ORDER BY ValidFrom) - 1) AS last_day
    FROM membership_rows
),
member_bars AS (
    -- each bar once for each group that it belongs to
    SELECT
        bucketed_bars.*,
        membership_periods.Index         AS Index,
        membership_periods.member_weight AS member_weight
    FROM bucketed_bars
    INNER JOIN membership_periods
      ON bucketed_bars.ListingId = membership_periods.ListingId
     AND bucketed_bars.bar_date >= membership_periods.ValidFrom
     AND (bucketed_bars.bar_date <= membership_periods.last_day OR membership_periods.last_day IS NULL)
),
grouped_bars AS (
    -- one row per Index, TimeBucket
    SELECT
        Index,
        bucket,
        sum(TradeTotalVolume * member_weight)              AS TradeTotalVolume,
        sum(TradeTotalCount * member_weight)               AS TradeTotalCount,
        sum(TradeTotalVWAP__traded_value * member_weight)  AS TradeTotalVWAP__traded_value,
        sum(TradeTotalVWAP__priced_volume * member_weight) AS TradeTotalVWAP__priced_volume
    FROM member_bars
    GROUP BY Index, bucket
)
-- the result
SELECT
    Index,
    make_timestamp((bucket + 1) * 900000000)                                AS TimeBucket,
    coalesce(TradeTotalVolume, 0)                                           AS TradeTotalVolume,
    coalesce(TradeTotalCount, 0)                                            AS TradeTotalCount,
    TradeTotalVWAP__traded_value / nullif(TradeTotalVWAP__priced_volume, 0) AS TradeTotalVWAP
FROM grouped_bars
