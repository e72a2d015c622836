/* ---
name: SpreadBps
family: spreads
measure: BPS
column: SpreadBps
title: Quoted spread in basis points of the mid
unit: bps of the mid
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1]
null_rule: null for a one-sided or crossed book
known_at: end of the bucket
source: "Huang, Stoll (1996), Dealer versus auction markets, J. Financial Economics 41"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN 20000 * ({{ ask.price }} - {{ bid.price }}) / nullif({{ ask.price }} + {{ bid.price }}, 0) END
