/* ---
name: Min
title: least
label: Min
kind: extreme
states:
  min: {aggregate: min, of: "{{ x }}"}
--- */
{{ min }}
