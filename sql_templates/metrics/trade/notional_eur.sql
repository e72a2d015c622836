/* ---
name: NotionalEUR
measure: NotionalEUR
column: Trade{side}NotionalEUR
title: Traded value in EUR
unit: EUR
kind: flow
type: DOUBLE
requires: [TradeNotionalEUR]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 4"
states:
  notional_eur: {aggregate: sum, of: TradeNotionalEUR}
--- */
coalesce({{ notional_eur }}, 0)
