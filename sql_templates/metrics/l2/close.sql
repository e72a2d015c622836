/* ---
name: BookClose
family: ohlc
column: "{source}Close"
position: 4
title: Last price of the book
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
      states: [close]
      values: {value: "{{ close }}"}
    prev_close:
      title: with the close before, of the same day, at the start of the bucket
      null_rule: null when neither an update of the bucket has the price nor one before it on the day
      states: [close]
      values: {value: "coalesce({{ close }}, {{ close_before }})"}
states:
  close: {aggregate: last, of: "{{ price }}"}
--- */
