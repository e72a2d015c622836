/* ---
name: Close
measure: OHLC
column: Trade{side}Close
column_total: Close
position: 4
title: Last trade price by time and sequence
unit: price
kind: state
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  close: {aggregate: last, of: LocalPrice}
--- */
{{ close }}
