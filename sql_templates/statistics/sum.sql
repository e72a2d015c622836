/* ---
name: Sum
title: sum over trades
label: Sum
kind: flow
states:
  sum: {aggregate: sum, of: "{{ x }}"}
--- */
{{ sum }}
