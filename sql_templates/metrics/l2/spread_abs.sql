/* ---
name: SpreadAbs
family: spreads
measure: Abs
column: SpreadAbs
title: Quoted spread
unit: price
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1]
null_rule: null for a one-sided or crossed book
known_at: end of the bucket
source: "Demsetz (1968), The Cost of Transacting, Quarterly J. Economics 82"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN {{ ask.price }} - {{ bid.price }} END
