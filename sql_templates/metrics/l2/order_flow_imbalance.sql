/* ---
name: OrderFlowImbalance
family: order_flow
measure: OrderFlowImbalance
column: "OrderFlowImbalance{level}"
title: What orders add to the bid less what they add to the ask at a level, over updates, each against the one before
unit: quantity
kind: flow
type: DOUBLE
requires: ["BidPrice{level}", "BidQuantity{level}", "AskPrice{level}", "AskQuantity{level}"]
null_rule: >-
  0 without an update that has one before on the UTC day; a level without a price has nothing standing, behind every price
known_at: end of the bucket
source: "Cont, Kukanov, Stoikov (2014), The price impact of order book events, J. Financial Econometrics 12; levels: Xu, Gould, Howison (2018), Multi-level order-flow imbalance in a limit order book, Market Microstructure and Liquidity 4"
derived:
  book_flow: |-
    CASE WHEN {{ is_compared }} THEN
        CASE WHEN {{ bid_level.price }} < {{ bid_level.before.price }} OR {{ bid_level.price }} IS NULL THEN 0 ELSE coalesce({{ bid_level.quantity }}, 0) END
        - CASE WHEN {{ bid_level.price }} > {{ bid_level.before.price }} OR {{ bid_level.before.price }} IS NULL THEN 0 ELSE coalesce({{ bid_level.before.quantity }}, 0) END
        - CASE WHEN {{ ask_level.price }} > {{ ask_level.before.price }} OR {{ ask_level.price }} IS NULL THEN 0 ELSE coalesce({{ ask_level.quantity }}, 0) END
        + CASE WHEN {{ ask_level.price }} < {{ ask_level.before.price }} OR {{ ask_level.before.price }} IS NULL THEN 0 ELSE coalesce({{ ask_level.before.quantity }}, 0) END
    END
states:
  order_flow_imbalance: {aggregate: sum, of: "{{ book_flow }}"}
--- */
coalesce({{ order_flow_imbalance }}, 0)
