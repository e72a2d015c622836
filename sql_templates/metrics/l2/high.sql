/* ---
name: BookHigh
family: ohlc
column: "{source}High"
position: 2
title: Highest price of the book
unit: price
kind: extreme
type: DOUBLE
requires: []
null_rule: null when no update of the bucket has the price
known_at: end of the bucket
source: "Parkinson (1980), The Extreme Value Method, J. Business 53"
choices:
  open_mode:
    event:
      title: among the updates of the bucket
      states: [high]
      values: {value: "{{ high }}"}
    prev_close:
      title: with the close before, of the same day, at the start of the bucket
      null_rule: null when neither an update of the bucket has the price nor one before it on the day
      states: [high, close]
      values: {value: "greatest({{ close_before }}, {{ high }})"}
states:
  high: {aggregate: max, of: "{{ price }}"}
  close: {aggregate: last, of: "{{ price }}"}
--- */
