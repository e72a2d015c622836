/* ---
name: Count
measure: Count
column: Trade{side}Count
title: Number of trades
unit: trades
kind: flow
type: BIGINT
requires: [Size]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  trades: {aggregate: count}
--- */
coalesce({{ trades }}, 0)
