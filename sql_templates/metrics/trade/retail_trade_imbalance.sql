/* ---
name: RetailTradeImbalance
family: retail_imbalance
column: RetailTradeImbalance
title: Net value bought by retail investors, as a share of what they traded
unit: fraction, -1 to 1
kind: ratio
type: DOUBLE
requires: [BMLLParticipantType, AggressorSide, TradeNotionalEUR]
null_rule: null when no value was traded by retail investors
known_at: end of the bucket
source: "Boehmer, Jones, Zhang, Zhang (2021), Tracking Retail Investor Activity, J. Finance 76"
states:
  retail_net_notional:
    aggregate: sum
    of: CASE aggressor WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END * TradeNotionalEUR
    where: BMLLParticipantType = 'RETAIL'
  retail_notional: {aggregate: sum, of: TradeNotionalEUR, where: BMLLParticipantType = 'RETAIL'}
--- */
{{ retail_net_notional }} / nullif({{ retail_notional }}, 0)
