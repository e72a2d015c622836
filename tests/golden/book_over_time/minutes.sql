-- minutes: l2tw, 60 s buckets (start, end], labelled by their end
WITH source_updates AS (
    -- one row per update of the book, in canonical columns
    SELECT
        ListingId,
        epoch_ns(TimestampNanoseconds)                         AS event_ns,
        BMLLSequenceNo                                         AS sequence,
        MIC,
        Ticker,
        CurrencyCode,
        MarketState,
        CASE WHEN isfinite(BidPrice1) THEN BidPrice1 END       AS BidPrice1,
        CASE WHEN isfinite(AskPrice1) THEN AskPrice1 END       AS AskPrice1,
        CASE WHEN isfinite(BidQuantity1) THEN BidQuantity1 END AS BidQuantity1,
        CASE WHEN isfinite(BidQuantity2) THEN BidQuantity2 END AS BidQuantity2,
        CASE WHEN isfinite(BidPrice2) THEN BidPrice2 END       AS BidPrice2
    FROM l2
    WHERE TimestampNanoseconds > TIMESTAMP_NS '2025-03-02 23:00:00.000000000'
),
session_breaks AS (
    -- when the book of a listing stops standing
    SELECT
        ListingId,
        epoch_ns(TimestampNanoseconds) AS event_ns,
        TRUE                           AS is_break
    FROM marketstate
    WHERE TimestampNanoseconds > TIMESTAMP_NS '2025-03-02 23:00:00.000000000'
      AND MarketState IN ('CLOSED', 'HALTED')
),
updates_and_breaks AS (
    -- updates, and the breaks that end what stands; they say nothing of the book
    SELECT *
    FROM source_updates
    UNION ALL BY NAME
    SELECT *
    FROM session_breaks
),
timed_updates AS (
    -- each update with the time of the next one
    SELECT
        *,
        lead(event_ns) OVER updates_of_listing AS next_ns
    FROM updates_and_breaks
    WINDOW updates_of_listing AS (PARTITION BY ListingId ORDER BY event_ns, is_break NULLS LAST, sequence NULLS FIRST, BidPrice1, AskPrice1, BidQuantity1, BidQuantity2, BidPrice2)
),
bucketed_updates AS (
    -- 60 s buckets (start, end], labelled by their end; bucket is the number of the interval, counted from the origin
    SELECT
        *,
        event_ns // 60000000000 + (event_ns % 60000000000 > 0)::BIGINT - 1 AS bucket
    FROM timed_updates
),
ordered_updates AS (
    -- each update with its place in the order of events: time, sequence, then what makes it unique
    SELECT
        *,
        BidPrice1                                                             AS book_bid_price1,
        coalesce(BidQuantity1, 0)                                             AS book_bid_cum_quantity1,
        BidPrice2                                                             AS book_bid_price2,
        (coalesce(BidQuantity1, 0) + coalesce(BidQuantity2, 0))               AS book_bid_cum_quantity2,
        CASE WHEN BidPrice1 <= AskPrice1
        THEN 20000 * (AskPrice1 - BidPrice1) / nullif(AskPrice1 + BidPrice1, 0) END AS book_spread_bps,
        CASE WHEN BidPrice1 <= AskPrice1 THEN (BidPrice1 + AskPrice1) / 2 END AS book_mid,
        (event_ns - bucket * 60000000000) * (1::HUGEINT << 91)
            + coalesce(sequence, -9223372036854775808) * (1::HUGEINT << 27)
            + (hash(MarketState) >> 37)::BIGINT AS event_order
    FROM bucketed_updates
),
standing_updates AS (
    -- each update with the time until which its state stands, and the bucket of the next one
    SELECT
        *,
        least(coalesce(next_ns, 9223372036854775807), event_ns + 3600000000000) AS to_ns,
        next_ns // 60000000000 + (next_ns % 60000000000 > 0)::BIGINT - 1        AS next_bucket
    FROM ordered_updates
),
spread_updates AS (
    -- each update in every bucket in which its state may stand
    SELECT
        *,
        unnest(CASE WHEN next_bucket > bucket AND to_ns > next_bucket * 60000000000 THEN [bucket, next_bucket] ELSE [bucket] END) AS in_bucket
    FROM standing_updates
    WHERE NOT is_break IS TRUE
),
book_times AS (
    -- how long each state stood in each bucket
    SELECT
        ListingId,
        in_bucket                         AS bucket,
        (least(to_ns, (in_bucket + 1) * 60000000000) - greatest(event_ns, in_bucket * 60000000000))::DOUBLE AS standing_ns,
        in_bucket = spread_updates.bucket AS is_own,
        MIC,
        Ticker,
        CurrencyCode,
        MarketState,
        book_bid_price1,
        book_bid_cum_quantity1,
        book_bid_price2,
        book_bid_cum_quantity2,
        book_spread_bps,
        book_mid,
        event_order,
        event_ns,
        to_ns
    FROM spread_updates
    WHERE in_bucket >= 29016000
),
book_states AS (
    -- one row per listing and bucket: values by time, and the times
    SELECT
        ListingId,
        bucket,
        any_value(MIC)                                                         AS MIC,
        any_value(Ticker)                                                      AS Ticker,
        any_value(CurrencyCode)                                                AS CurrencyCode,
        arg_max(CASE WHEN is_own THEN MarketState END, event_order)            AS MarketState,
        sum(book_bid_price1 * standing_ns)                                     AS mean_by_time_bid_price1,
        sum(CASE WHEN book_bid_price1 IS NOT NULL THEN standing_ns END)        AS mean_time_bid_price1,
        sum(book_bid_cum_quantity1 * standing_ns)                              AS mean_by_time_bid_cum_quantity1,
        sum(CASE WHEN book_bid_cum_quantity1 IS NOT NULL THEN standing_ns END) AS mean_time_bid_cum_quantity1,
        sum(book_bid_price2 * standing_ns)                                     AS mean_by_time_bid_price2,
        sum(CASE WHEN book_bid_price2 IS NOT NULL THEN standing_ns END)        AS mean_time_bid_price2,
        sum(book_bid_cum_quantity2 * standing_ns)                              AS mean_by_time_bid_cum_quantity2,
        sum(CASE WHEN book_bid_cum_quantity2 IS NOT NULL THEN standing_ns END) AS mean_time_bid_cum_quantity2,
        sum(CASE WHEN MarketState IN ('CONTINUOUS_TRADING') THEN book_spread_bps * standing_ns END) AS mean_by_time_spread_bps_where_1,
        sum(CASE WHEN book_spread_bps IS NOT NULL AND MarketState IN ('CONTINUOUS_TRADING') THEN standing_ns END) AS mean_time_spread_bps_where_1,
        sum(standing_ns)                                                       AS covered,
        bool_or(is_own)                                                        AS is_updated
    FROM book_times
    GROUP BY ListingId, bucket
),
grid_1_prices AS (
    -- prices every 5 s from the bucket's start
    SELECT
        ListingId,
        bucket,
        ln(CASE WHEN book_mid > 0 AND isfinite(book_mid) THEN book_mid END) AS log_price_mid_10s_by_5s_where_1,
        unnest(range((greatest(event_ns - bucket * 60000000000, 0) + 4999999999) // 5000000000, (least(to_ns, (bucket + 1) * 60000000000 + 1) - bucket * 60000000000 + 4999999999) // 5000000000)) AS point
    FROM book_times
    WHERE MarketState IN ('CONTINUOUS_TRADING')
),
grid_1_returns AS (
    -- returns over 10 s
    SELECT
        ListingId,
        bucket,
        point % 2 AS shift,
        log_price_mid_10s_by_5s_where_1 - first_value(log_price_mid_10s_by_5s_where_1) OVER step_before AS log_return_mid_10s_by_5s_where_1
    FROM grid_1_prices
    WINDOW step_before AS (PARTITION BY ListingId, bucket ORDER BY point RANGE BETWEEN 2 PRECEDING AND 2 PRECEDING)
),
grid_1_variances AS (
    -- the variance of each grid
    SELECT
        ListingId,
        bucket,
        shift,
        var_samp(log_return_mid_10s_by_5s_where_1) * 252 * 24 * 3600 * count(log_return_mid_10s_by_5s_where_1) / 60 AS yearly_variance_mid_10s_by_5s_where_1
    FROM grid_1_returns
    GROUP BY ListingId, bucket, shift
),
grid_1_states AS (
    -- one row per listing and bucket: the variances of all grids
    SELECT
        ListingId                                    AS grid_ListingId,
        bucket                                       AS grid_bucket,
        sum(yearly_variance_mid_10s_by_5s_where_1)   AS variance_mid_10s_by_5s_where_1,
        count(yearly_variance_mid_10s_by_5s_where_1) AS grids_mid_10s_by_5s_where_1
    FROM grid_1_variances
    GROUP BY ListingId, bucket
)
-- the metrics of buckets in which the book was updated
SELECT
    ListingId,
    make_timestamp((bucket + 1) * 60000000)                                 AS TimeBucket,
    MIC,
    Ticker,
    CurrencyCode,
    MarketState,
    mean_by_time_bid_price1 / nullif(mean_time_bid_price1, 0)               AS BidPrice1TWA,
    mean_by_time_bid_cum_quantity1 / nullif(mean_time_bid_cum_quantity1, 0) AS BidCumQuantity1TWA,
    mean_by_time_bid_price2 / nullif(mean_time_bid_price2, 0)               AS BidPrice2TWA,
    mean_by_time_bid_cum_quantity2 / nullif(mean_time_bid_cum_quantity2, 0) AS BidCumQuantity2TWA,
    mean_by_time_spread_bps_where_1 / nullif(mean_time_spread_bps_where_1, 0) AS SpreadBpsTWA,
    sqrt(variance_mid_10s_by_5s_where_1 / nullif(grids_mid_10s_by_5s_where_1, 0)) AS L2VolatilityMidStd,
    coalesce(covered, 0) / (60 * 1e9)                                       AS BookCoverageRatio
FROM book_states
LEFT JOIN grid_1_states
  ON ListingId IS NOT DISTINCT FROM grid_1_states.grid_ListingId
 AND bucket = grid_1_states.grid_bucket
WHERE is_updated
