/* ---
name: IsLocked
family: conditions
measure: Locked
column: IsLocked
title: Whether the best bid equals the best ask
unit: "0 or 1"
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1]
null_rule: never null while a book stands
known_at: end of the bucket
source: "Shkilko, Van Ness, Van Ness (2008), Locked and crossed markets on NASDAQ and the NYSE, J. Financial Markets 11"
--- */
CASE WHEN {{ bid.price }} = {{ ask.price }} THEN 1.0 ELSE 0.0 END
