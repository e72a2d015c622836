/* ---
name: AvgPrice
measure: AvgPrice
column: Trade{side}AvgPrice
title: Mean trade price, every trade alike
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  price_sum: {aggregate: sum, of: LocalPrice}
  priced_trades: {aggregate: count, of: LocalPrice}
--- */
{{ price_sum }} / nullif({{ priced_trades }}, 0)
