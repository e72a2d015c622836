/* ---
name: RetailCount
measure: RetailCount
column: Trade{side}RetailCount
title: Number of trades with a retail participant
unit: trades
kind: flow
type: BIGINT
requires: [BMLLParticipantType]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Boehmer, Jones, Zhang, Zhang (2021), Tracking Retail Investor Activity, J. Finance 76"
states:
  retail_trades: {aggregate: count, where: BMLLParticipantType = 'RETAIL'}
--- */
coalesce({{ retail_trades }}, 0)
