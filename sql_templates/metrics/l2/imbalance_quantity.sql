/* ---
name: ImbalanceQuantity
family: imbalances
measure: Quantity
column: ImbalanceQuantity{level}
title: Quantity bid less quantity offered at a level, by their sum
unit: -1 to 1
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "BidQuantity{level}", "AskQuantity{level}"]
null_rule: null for a one-sided or crossed book, and where nothing is compared
known_at: end of the bucket
source: "at the best level Gould, Bonart (2016), Queue imbalance as a one-tick-ahead price predictor in a limit order book, Market Microstructure and Liquidity 2; at any Cao, Hansch, Wang (2009), The information content of an open limit-order book, J. Futures Markets 29"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN ({{ bid_level.quantity }} - {{ ask_level.quantity }})
    / nullif({{ bid_level.quantity }} + {{ ask_level.quantity }}, 0) END
