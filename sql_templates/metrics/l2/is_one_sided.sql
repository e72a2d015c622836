/* ---
name: IsOneSided
family: conditions
measure: OneSided
column: IsOneSided
title: Whether there is a best price on one side only
unit: "0 or 1"
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1]
null_rule: never null while a book stands
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
--- */
CASE WHEN ({{ bid.price }} IS NULL) <> ({{ ask.price }} IS NULL) THEN 1.0 ELSE 0.0 END
