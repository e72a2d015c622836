/* ---
name: Price
family: liquidity
measure: Price
column: "{side}Price{level}"
title: Price of a level
unit: price
kind: state
type: DOUBLE
requires: ["{side}Price{level}"]
null_rule: null where the level is empty
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
{{ level.price }}
