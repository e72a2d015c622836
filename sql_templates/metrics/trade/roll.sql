/* ---
name: Roll
measure: Roll
column: Trade{side}Roll
title: Effective spread implied by the covariance of neighbouring price changes from trade to trade
unit: price
kind: distribution
type: DOUBLE
requires: [LocalPrice]
sides: [Total, Unknown]
null_rule: null with fewer than three price changes, or a covariance that is not negative
known_at: end of the bucket
source: "Roll (1984), A Simple Implicit Measure of the Effective Bid-Ask Spread in an Efficient Market, J. Finance 39"
derived:
  finite_price: CASE WHEN isfinite(LocalPrice) THEN LocalPrice END
  price_change: "{{ finite_price }} - lag({{ finite_price }} IGNORE NULLS) OVER {{ previous_trade }}"
  prior_change: lag({{ price_change }} IGNORE NULLS) OVER {{ previous_trade }}
states:
  change_covariance: {aggregate: covariance, of: "{{ price_change }}", against: "{{ prior_change }}"}
--- */
CASE WHEN {{ change_covariance }} < 0 THEN 2 * sqrt(-{{ change_covariance }}) END
