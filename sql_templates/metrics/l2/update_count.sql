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
source: "Hasbrouck, Saar (2013), Low-latency trading, J. Financial Markets 16"
states:
  updates: {aggregate: count}
--- */
coalesce({{ updates }}, 0)
