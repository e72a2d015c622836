/* ---
name: Volatility
measure: Volatility
column: Trade{side}Volatility
title: Standard deviation of log returns from trade to trade, annualised to 252 days of 24 hours
unit: per year
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null with fewer than two returns
known_at: end of the bucket
source: "Andersen, Bollerslev, Diebold, Labys (2003), Modeling and Forecasting Realized Volatility, Econometrica 71"
derived:
  positive_price: CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END
  log_return: ln({{ positive_price }} / lag({{ positive_price }} IGNORE NULLS) OVER {{ previous_trade }})
states:
  returns: {aggregate: count, of: "{{ log_return }}"}
  return_deviation: {aggregate: stddev, of: "{{ log_return }}"}
--- */
{{ return_deviation }} * sqrt(252 * 24 * 3600 * {{ returns }} / {{ bucket_seconds }})
