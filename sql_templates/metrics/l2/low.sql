/* ---
name: BookLow
family: ohlc
column: "{source}Low"
position: 3
title: Lowest price of the book
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
      states: [low]
      values: {value: "{{ low }}"}
    prev_close:
      title: with the close before, of the same day, at the start of the bucket
      null_rule: null when neither an update of the bucket has the price nor one before it on the day
      states: [low, close]
      values: {value: "least({{ close_before }}, {{ low }})"}
states:
  low: {aggregate: min, of: "{{ price }}"}
  close: {aggregate: last, of: "{{ price }}"}
--- */
