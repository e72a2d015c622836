/* ---
name: ImbalanceCumNotional
family: imbalances
measure: CumNotional
column: ImbalanceCumNotional{level}
title: Price times quantity bid less the same offered up to a level, by their sum
unit: -1 to 1
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "BidPrice{up_to_level}", "AskPrice{up_to_level}", "BidQuantity{up_to_level}", "AskQuantity{up_to_level}"]
null_rule: null for a one-sided or crossed book, and where nothing is compared
known_at: end of the bucket
source: "Cao, Hansch, Wang (2009), The information content of an open limit-order book, J. Futures Markets 29, of quantities level by level; here of the money of the levels together"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN ({{ bids.notional }} - {{ asks.notional }})
    / nullif({{ bids.notional }} + {{ asks.notional }}, 0) END
