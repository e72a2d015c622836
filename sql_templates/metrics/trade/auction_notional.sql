/* ---
name: AuctionNotional
measure: AuctionNotional
column: Trade{side}AuctionNotional
title: Value traded in auctions, in local currency; reads every classification
unit: local currency
kind: flow
type: DOUBLE
requires: [Classification, TradeNotional]
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "MiFID II RTS 1, Annex I: periodic auction trading systems"
rows: all
states:
  auction_notional: {aggregate: sum, of: TradeNotional, where: "contains(Classification, 'AUCTION')"}
--- */
coalesce({{ auction_notional }}, 0)
