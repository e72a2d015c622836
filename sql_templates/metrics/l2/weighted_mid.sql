/* ---
name: WeightedMid
family: prices
measure: WeightedMid
column: WeightedMid
title: Best bid and ask, each weighted by the quantity on the other side
unit: price
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, BidQuantity1, AskQuantity1]
null_rule: null for a one-sided or crossed book, and where no quantity is known
known_at: end of the bucket
source: "Gatheral, Oomen (2010), Zero-intelligence realized variance estimation, Finance and Stochastics 14, their micro-price; called weighted mid by Stoikov (2018), The micro-price: a high-frequency estimator of future prices, Quantitative Finance 18"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN ({{ bid.price }} * {{ ask.quantity }} + {{ ask.price }} * {{ bid.quantity }})
    / nullif({{ bid.quantity }} + {{ ask.quantity }}, 0) END
