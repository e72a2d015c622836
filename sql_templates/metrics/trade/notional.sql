/* ---
name: Notional
measure: Notional
column: Trade{side}Notional
title: Traded value in local currency
unit: local currency
kind: flow
type: DOUBLE
requires: [TradeNotional]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  notional: {aggregate: sum, of: TradeNotional}
--- */
coalesce({{ notional }}, 0)
