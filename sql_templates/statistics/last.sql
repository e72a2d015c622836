/* ---
name: Last
title: last in time
label: Last
kind: state
states:
  last: {aggregate: last, of: "{{ x }}"}
--- */
{{ last }}
