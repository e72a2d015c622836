/* ---
name: PostTradeElapsedTimeChg
family: change
column: PostTradeElapsedTimeChg{scope}
title: Mean time from the trade to the next change of the quote
unit: ns
kind: ratio
type: DOUBLE
requires: []
null_rule: null when it was measured for no trade
known_at: end of the bucket; it looks beyond the trade
source: "Cartea, Jaimungal, Penalva (2015), Algorithmic and High-Frequency Trading, ch. 4"
choices:
  scope:
    Local: {title: "against the quote of the listing", label: "", requires: [PostTradeElapsedTimeChg], values: {measured: PostTradeElapsedTimeChg}}
    Primary: {title: "against the quote of the primary market", label: "AtPrimary", requires: [PostTradeElapsedTimeChgAtPrimary], values: {measured: PostTradeElapsedTimeChgAtPrimary}}
    Venue: {title: "against the quote of the venue", label: "AtVenue", requires: [PostTradeElapsedTimeChgAtVenue], values: {measured: PostTradeElapsedTimeChgAtVenue}}
states:
  post_trade_elapsed_time_chg_sum: {aggregate: sum, of: "{{ measured }}"}
  post_trade_elapsed_time_chg_trades: {aggregate: count, of: "{{ measured }}"}
--- */
{{ post_trade_elapsed_time_chg_sum }} / nullif({{ post_trade_elapsed_time_chg_trades }}, 0)
