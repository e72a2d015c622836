/* ---
name: RogersSatchell
measure: RogersSatchell
column: Trade{side}RogersSatchell
title: Standard deviation of the log price over the bucket by its open, high, low and close, for any drift, not annualised
unit: log return
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price, or one of them is not positive or not finite
known_at: end of the bucket
source: "Rogers, Satchell (1991), Estimating Variance from High, Low and Closing Prices, Annals of Applied Probability 1"
states:
  open: {aggregate: first, of: LocalPrice}
  high: {aggregate: max, of: LocalPrice}
  low: {aggregate: min, of: LocalPrice}
  close: {aggregate: last, of: LocalPrice}
--- */
CASE
    WHEN {{ low }} > 0 AND isfinite({{ high }})
    THEN sqrt(
        ln({{ high }} / {{ close }}) * ln({{ high }} / {{ open }}) + ln({{ low }} / {{ close }}) * ln({{ low }} / {{ open }})
    )
END
