/* ---
name: High
measure: OHLC
column: Trade{side}High
column_total: High
position: 2
title: Highest trade price
unit: price
kind: extreme
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Parkinson (1980), The Extreme Value Method, J. Business 53"
states:
  high: {aggregate: max, of: LocalPrice}
--- */
{{ high }}
