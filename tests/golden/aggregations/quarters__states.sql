-- quarters: generic, 900 s buckets (start, end], labelled by their end; with the states later passes merge
WITH source_bars AS (
    -- the rows of minutes
    SELECT
        ListingId,
        TradeTotalVolume,
        Open,
        High,
        Low,
        Close,
        TradeTotalMedianPrice,
        TradeTotalVWAP__traded_value,
        TradeTotalVWAP__priced_volume,
        Open__time,
        Open__sequence,
        Close__time,
        Close__sequence,
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
        sum(TradeTotalVolume)                                            AS TradeTotalVolume,
        sum(TradeTotalVWAP__traded_value)                                AS TradeTotalVWAP__traded_value,
        sum(TradeTotalVWAP__priced_volume)                               AS TradeTotalVWAP__priced_volume,
        arg_min(Open, (Open__time, Open__sequence, ListingId, Open))     AS Open,
        max(High)                                                        AS High,
        min(Low)                                                         AS Low,
        arg_max(Close, (Close__time, Close__sequence, ListingId, Close)) AS Close,
        arg_max(Close__time, (Close__time, Close__sequence, ListingId, Close)) FILTER (WHERE Close IS NOT NULL) AS Close__time,
        arg_max(Close__sequence, (Close__time, Close__sequence, ListingId, Close)) FILTER (WHERE Close IS NOT NULL) AS Close__sequence,
        arg_max(ListingId, (Close__time, Close__sequence, ListingId, Close)) FILTER (WHERE Close IS NOT NULL) AS Close__listing,
        median(TradeTotalMedianPrice)                                    AS TradeTotalMedianPriceMedian,
        stddev_samp(CASE WHEN isfinite(TradeTotalMedianPrice) THEN TradeTotalMedianPrice END) AS TradeTotalMedianPriceStd,
        sum(TradeTotalMedianPrice * TradeTotalVolume)
            / nullif(sum(TradeTotalVolume) FILTER (WHERE TradeTotalMedianPrice IS NOT NULL), 0) AS TradeTotalMedianPriceWeightedMean,
        count(DISTINCT ListingId)                                        AS ListingId
    FROM mapped_bars
    GROUP BY InstrumentId, bucket
)
-- the result
SELECT
    InstrumentId,
    make_timestamp((bucket + 1) * 900000000)                                AS TimeBucket,
    coalesce(TradeTotalVolume, 0)                                           AS TradeTotalVolume,
    TradeTotalVWAP__traded_value / nullif(TradeTotalVWAP__priced_volume, 0) AS TradeTotalVWAP,
    Open,
    High,
    Low,
    Close,
    TradeTotalMedianPriceMedian,
    TradeTotalMedianPriceStd,
    TradeTotalMedianPriceWeightedMean,
    ListingId,
    TradeTotalVWAP__traded_value,
    TradeTotalVWAP__priced_volume,
    Close__time,
    Close__sequence,
    Close__listing
FROM grouped_bars
