/* ---
name: RealizedVariance
measure: RealizedVariance
column: Trade{side}RealizedVariance
title: Sum of squared log returns from trade to trade, not annualised
unit: squared log return
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null without a return
known_at: end of the bucket
source: "Andersen, Bollerslev, Diebold, Labys (2003), Modeling and Forecasting Realized Volatility, Econometrica 71"
derived:
  positive_price: CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END
  log_return: ln({{ positive_price }} / lag({{ positive_price }} IGNORE NULLS) OVER {{ previous_trade }})
states:
  squared_returns: {aggregate: sum, of: "{{ log_return }} * {{ log_return }}"}
--- */
{{ squared_returns }}
