/* ---
name: ImbalanceCumQuantity
family: imbalances
measure: CumQuantity
column: ImbalanceCumQuantity{level}
title: Quantity bid less quantity offered up to a level, by their sum
unit: -1 to 1
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "BidQuantity{up_to_level}", "AskQuantity{up_to_level}"]
null_rule: null for a one-sided or crossed book, and where nothing is compared
known_at: end of the bucket
source: "Cao, Hansch, Wang (2009), The information content of an open limit-order book, J. Futures Markets 29, level by level; here of the levels together"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN ({{ bids.quantity }} - {{ asks.quantity }})
    / nullif({{ bids.quantity }} + {{ asks.quantity }}, 0) END
