/* ---
name: CumQuantity
family: liquidity
measure: CumQuantity
column: "{side}CumQuantity{level}"
title: Quantity that stands on a side, up to a level
unit: quantity
kind: state
type: DOUBLE
requires: ["{side}Quantity{up_to_level}"]
null_rule: 0 over an empty side
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ levels.quantity }}
