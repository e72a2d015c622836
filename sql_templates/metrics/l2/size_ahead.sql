/* ---
name: SizeAhead
family: liquidity
measure: SizeAhead
column: "{side}SizeAhead{level}"
title: Quantity ahead of a level, as the source measures it
unit: quantity
kind: state
type: DOUBLE
requires: ["{side}SizeAhead{level}"]
null_rule: null where the level is empty or the quantity is not known
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ level.size_ahead }}
