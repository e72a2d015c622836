/* ---
name: LastMod
family: liquidity
measure: LastMod
column: "{side}LastMod{level}"
title: Time since the queue of a level last changed, as the source measures it
unit: as in the source
kind: state
type: DOUBLE
requires: ["{side}LastMod{level}"]
null_rule: null where the level is empty or the time is not known
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ level.last_mod }}
