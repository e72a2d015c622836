/* ---
name: PricePoint
family: change
column: PricePoint{scope}
title: Mean place of the price in the spread, 0 at the bid and 1 at the offer
unit: fraction of the spread
kind: ratio
type: DOUBLE
requires: []
null_rule: null when it was measured for no trade
known_at: end of the bucket
source: "Cartea, Jaimungal, Penalva (2015), Algorithmic and High-Frequency Trading, ch. 4"
choices:
  scope:
    Local: {title: "against the quote of the listing", label: "", requires: [PricePoint], values: {measured: PricePoint}}
    Primary: {title: "against the quote of the primary market", label: "AtPrimary", requires: [PricePointAtPrimary], values: {measured: PricePointAtPrimary}}
    Venue: {title: "against the quote of the venue", label: "AtVenue", requires: [PricePointAtVenue], values: {measured: PricePointAtVenue}}
states:
  price_point_sum: {aggregate: sum, of: "{{ measured }}"}
  price_point_trades: {aggregate: count, of: "{{ measured }}"}
--- */
{{ price_point_sum }} / nullif({{ price_point_trades }}, 0)
