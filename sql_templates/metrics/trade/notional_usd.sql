/* ---
name: NotionalUSD
measure: NotionalUSD
column: Trade{side}NotionalUSD
title: Traded value in USD
unit: USD
kind: flow
type: DOUBLE
requires: [TradeNotionalUSD]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  notional_usd: {aggregate: sum, of: TradeNotionalUSD}
--- */
coalesce({{ notional_usd }}, 0)
