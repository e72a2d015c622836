/* ---
name: CumOrders
family: liquidity
measure: CumOrders
column: "{side}CumOrders{level}"
title: Orders that stand on a side, up to a level
unit: orders
kind: state
type: DOUBLE
requires: ["{side}NumOrders{up_to_level}"]
null_rule: 0 over an empty side
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ levels.orders }}
