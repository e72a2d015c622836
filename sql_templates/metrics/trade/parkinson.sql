/* ---
name: Parkinson
measure: Parkinson
column: Trade{side}Parkinson
title: Standard deviation of the log price over the bucket by its high and low, not annualised
unit: log return
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price, or one of them is not positive or not finite
known_at: end of the bucket
source: "Parkinson (1980), The Extreme Value Method for Estimating the Variance of the Rate of Return, J. Business 53"
states:
  high: {aggregate: max, of: LocalPrice}
  low: {aggregate: min, of: LocalPrice}
--- */
CASE
    WHEN {{ low }} > 0 AND isfinite({{ high }})
    THEN ln({{ high }} / {{ low }}) / sqrt(4 * ln(2))
END
