/* ---
name: NumOrders
family: liquidity
measure: NumOrders
column: "{side}NumOrders{level}"
title: Orders that stand at a level
unit: orders
kind: state
type: DOUBLE
requires: ["{side}NumOrders{level}"]
null_rule: null where the level is empty
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
{{ level.orders }}
