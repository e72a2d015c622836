/* ---
name: Mean
title: mean over trades
label: ""
kind: ratio
states:
  sum: {aggregate: sum, of: "{{ x }}"}
  count: {aggregate: count, of: "{{ x }}"}
--- */
{{ sum }} / nullif({{ count }}, 0)
