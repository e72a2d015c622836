/* ---
name: BlockCount
measure: BlockCount
column: Trade{side}BlockCount
title: Number of block trades
unit: trades
kind: flow
type: BIGINT
requires: [IsBlock]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Kraus, Stoll (1972), Price Impacts of Block Trading, J. Finance 27"
states:
  block_trades: {aggregate: count, where: "IsBlock IN ('Y', 'TRUE', 'true', '1')"}
--- */
coalesce({{ block_trades }}, 0)
