/* ---
name: BipowerVariation
measure: BipowerVariation
column: Trade{side}BipowerVariation
title: pi / 2 times the sum of products of neighbouring absolute log returns from trade to trade, not annualised
unit: squared log return
kind: distribution
type: DOUBLE
requires: [LocalPrice]
null_rule: null with fewer than two returns
known_at: end of the bucket
source: "Barndorff-Nielsen, Shephard (2004), Power and Bipower Variation with Stochastic Volatility and Jumps, J. Financial Econometrics 2"
derived:
  positive_price: CASE WHEN LocalPrice > 0 AND isfinite(LocalPrice) THEN LocalPrice END
  log_return: ln({{ positive_price }} / lag({{ positive_price }} IGNORE NULLS) OVER {{ previous_trade }})
  prior_return: lag({{ log_return }} IGNORE NULLS) OVER {{ previous_trade }}
states:
  neighbouring_returns: {aggregate: sum, of: "abs({{ log_return }} * {{ prior_return }})"}
--- */
pi() / 2 * {{ neighbouring_returns }}
