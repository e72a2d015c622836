/* ---
name: UptickCount
measure: UptickCount
column: Trade{side}UptickCount
title: Number of trades at a price above that of the trade before; an equal price is neither up nor down
unit: trades
kind: flow
type: BIGINT
requires: [LocalPrice]
null_rule: 0 when no price changed that way
known_at: end of the bucket
source: "Lee, Ready (1991), Inferring Trade Direction from Intraday Data, J. Finance 46"
derived:
  finite_price: CASE WHEN isfinite(LocalPrice) THEN LocalPrice END
  price_change: "{{ finite_price }} - lag({{ finite_price }} IGNORE NULLS) OVER {{ previous_trade }}"
states:
  upticks: {aggregate: count, where: "{{ price_change }} > 0"}
--- */
coalesce({{ upticks }}, 0)
