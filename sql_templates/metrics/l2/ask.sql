/* ---
name: Ask
family: prices
measure: Ask
column: Ask
title: Best ask price
unit: price
kind: state
type: DOUBLE
requires: [AskPrice1]
null_rule: null while nobody offers
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
{{ ask.price }}
