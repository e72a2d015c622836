/* ---
name: Low
measure: OHLC
column: Trade{side}Low
column_total: Low
position: 3
title: Lowest trade price
unit: price
kind: extreme
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Parkinson (1980), The Extreme Value Method, J. Business 53"
states:
  low: {aggregate: min, of: LocalPrice}
--- */
{{ low }}
