/* ---
name: Bid
family: prices
measure: Bid
column: Bid
title: Best bid price
unit: price
kind: state
type: DOUBLE
requires: [BidPrice1]
null_rule: null while nobody bids
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
{{ bid.price }}
