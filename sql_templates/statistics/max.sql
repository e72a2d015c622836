/* ---
name: Max
title: greatest
label: Max
kind: extreme
states:
  max: {aggregate: max, of: "{{ x }}"}
--- */
{{ max }}
