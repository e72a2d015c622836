/* ---
name: TWAP
measure: TWAP
column: Trade{side}TWAP
title: "Time-weighted average price: a price stands until the next trade, the last one to the end of the bucket; time before the first has no weight"
unit: price
kind: ratio
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no finite price stood for any time
known_at: end of the bucket
source: "Kissell (2013), The Science of Algorithmic Trading and Portfolio Management, Academic Press"
derived:
  finite_price: CASE WHEN isfinite(LocalPrice) THEN LocalPrice END
  priced_at: CASE WHEN isfinite(LocalPrice) THEN event_ns END
  stands: coalesce(lead({{ priced_at }} IGNORE NULLS) OVER {{ next_trade }}, {{ bucket_end }}) - {{ priced_at }}
states:
  price_by_time: {aggregate: sum, of: "{{ finite_price }} * {{ stands }}"}
  time_priced: {aggregate: sum, of: "{{ stands }}"}
--- */
{{ price_by_time }} / nullif({{ time_priced }}, 0)
