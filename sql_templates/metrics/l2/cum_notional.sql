/* ---
name: CumNotional
family: liquidity
measure: CumNotional
column: "{side}CumNotional{level}"
title: Price times quantity of what stands on a side, up to a level
unit: local currency
kind: state
type: DOUBLE
requires: ["{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: 0 over an empty side
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ levels.notional }}
