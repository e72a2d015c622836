/* ---
name: Microprice
family: microprices
measure: Microprice
column: "Microprice{level}"
title: Best bid and ask, each weighted by the quantity on the other side up to a level
unit: price
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, BidQuantity1, AskQuantity1, "BidQuantity{up_to_level}", "AskQuantity{up_to_level}"]
null_rule: null for a one-sided or crossed book, and where a best quantity is not known or all are 0
known_at: end of the bucket
source: "Gatheral, Oomen (2010), Zero-intelligence realized variance estimation, Finance and Stochastics 14, at level 1, where it is their micro-price; here also with the quantities of more levels"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }} AND {{ bid.quantity }} IS NOT NULL AND {{ ask.quantity }} IS NOT NULL
THEN ({{ bid.price }} * {{ asks.quantity }} + {{ ask.price }} * {{ bids.quantity }})
    / nullif({{ bids.quantity }} + {{ asks.quantity }}, 0) END
