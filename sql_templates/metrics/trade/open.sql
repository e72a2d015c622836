/* ---
name: Open
measure: OHLC
column: Trade{side}Open
column_total: Open
position: 1
title: First trade price by time and sequence
unit: price
kind: state
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a price
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  open: {aggregate: first, of: LocalPrice}
--- */
{{ open }}
