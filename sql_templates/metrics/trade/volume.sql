/* ---
name: Volume
measure: Volume
column: Trade{side}Volume
title: Traded quantity
unit: quantity
kind: flow
type: DOUBLE
requires: [Size]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  volume: {aggregate: sum, of: Size}
--- */
coalesce({{ volume }}, 0)
