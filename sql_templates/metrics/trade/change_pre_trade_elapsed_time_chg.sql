/* ---
name: PreTradeElapsedTimeChg
family: change
column: PreTradeElapsedTimeChg{scope}
title: Mean time from the last change of the quote to the trade
unit: ns
kind: ratio
type: DOUBLE
requires: []
null_rule: null when it was measured for no trade
known_at: end of the bucket
source: "Cartea, Jaimungal, Penalva (2015), Algorithmic and High-Frequency Trading, ch. 4"
choices:
  scope:
    Local: {title: "against the quote of the listing", label: "", requires: [PreTradeElapsedTimeChg], values: {measured: PreTradeElapsedTimeChg}}
    Primary: {title: "against the quote of the primary market", label: "AtPrimary", requires: [PreTradeElapsedTimeChgAtPrimary], values: {measured: PreTradeElapsedTimeChgAtPrimary}}
    Venue: {title: "against the quote of the venue", label: "AtVenue", requires: [PreTradeElapsedTimeChgAtVenue], values: {measured: PreTradeElapsedTimeChgAtVenue}}
states:
  pre_trade_elapsed_time_chg_sum: {aggregate: sum, of: "{{ measured }}"}
  pre_trade_elapsed_time_chg_trades: {aggregate: count, of: "{{ measured }}"}
--- */
{{ pre_trade_elapsed_time_chg_sum }} / nullif({{ pre_trade_elapsed_time_chg_trades }}, 0)
