/* ---
name: GarmanKlass
measure: GarmanKlass
column: Trade{side}GarmanKlass
title: Standard deviation of the log price over the bucket by its open, high, low and close, not annualised
unit: log return
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price, or one of them is not positive or not finite
known_at: end of the bucket
source: "Garman, Klass (1980), On the Estimation of Security Price Volatilities from Historical Data, J. Business 53"
states:
  open: {aggregate: first, of: LocalPrice}
  high: {aggregate: max, of: LocalPrice}
  low: {aggregate: min, of: LocalPrice}
  close: {aggregate: last, of: LocalPrice}
--- */
CASE
    WHEN {{ low }} > 0 AND isfinite({{ high }})
    THEN sqrt(0.5 * ln({{ high }} / {{ low }}) ** 2 - (2 * ln(2) - 1) * ln({{ close }} / {{ open }}) ** 2)
END
