/* ---
name: BookOpen
family: ohlc
column: "{source}Open"
position: 1
title: First price of the book
unit: price
kind: state
type: DOUBLE
requires: []
null_rule: null when no update of the bucket has the price
known_at: end of the bucket
source: "Harris (2003), Trading and Exchanges, ch. 3 and 4"
choices:
  open_mode:
    event:
      title: among the updates of the bucket
      states: [open]
      values: {value: "{{ open }}"}
    prev_close:
      title: with the close before, of the same day, at the start of the bucket
      null_rule: null when neither an update of the bucket has the price nor one before it on the day
      states: [open, close]
      values: {value: "coalesce({{ close_before }}, {{ open }})"}
states:
  open: {aggregate: first, of: "{{ price }}"}
  close: {aggregate: last, of: "{{ price }}"}
--- */
