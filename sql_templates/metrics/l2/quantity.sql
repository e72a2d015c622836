/* ---
name: Quantity
family: liquidity
measure: Quantity
column: "{side}Quantity{level}"
title: Quantity that stands at a level
unit: quantity
kind: state
type: DOUBLE
requires: ["{side}Quantity{level}"]
null_rule: null where the level is empty
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
{{ level.quantity }}
