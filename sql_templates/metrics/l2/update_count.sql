/* ---
name: UpdateCount
family: updates
measure: Count
column: UpdateCount
title: Updates of the book
unit: updates
kind: flow
type: BIGINT
requires: []
null_rule: 0 when there is none
known_at: end of the bucket
source: "Hendershott, Jones, Menkveld (2011), Does algorithmic trading improve liquidity?, J. Finance 66, who count messages"
states:
  updates: {aggregate: count}
--- */
coalesce({{ updates }}, 0)
