/* ---
name: RunCount
measure: RunCount
column: Trade{side}RunCount
title: Number of runs of trades initiated by the same side; trades without an aggressor are passed over
unit: runs
kind: flow
type: BIGINT
requires: [Size, AggressorSide]
sides: [Total]
null_rule: 0 when no trade has an aggressor
known_at: end of the bucket
source: "Wald, Wolfowitz (1940), On a Test Whether Two Samples Are from the Same Population, Annals of Mathematical Statistics 11"
derived:
  initiator: nullif(aggressor, 0)
  prior_initiator: lag({{ initiator }} IGNORE NULLS) OVER {{ previous_trade }}
states:
  runs: {aggregate: count, of: "{{ initiator }}", where: "{{ initiator }} IS DISTINCT FROM {{ prior_initiator }}"}
--- */
coalesce({{ runs }}, 0)
