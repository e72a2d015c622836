/* ---
name: InsertAge
family: liquidity
measure: InsertAge
column: "{side}InsertAge{level}"
title: Age of the first order in the queue of a level, as the source measures it
unit: as in the source
kind: state
type: DOUBLE
requires: ["{side}InsertAge{level}"]
null_rule: null where the level is empty or its age is not known
known_at: end of the bucket
source: "Gould, Porter, Williams, McDonald, Fenn, Howison (2013), Limit order books, Quantitative Finance 13"
--- */
{{ level.insert_age }}
