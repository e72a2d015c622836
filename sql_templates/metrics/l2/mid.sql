/* ---
name: Mid
family: prices
measure: Mid
column: Mid
title: Middle of the best bid and ask
unit: price
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1]
null_rule: null for a one-sided or crossed book
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }} THEN ({{ bid.price }} + {{ ask.price }}) / 2 END
