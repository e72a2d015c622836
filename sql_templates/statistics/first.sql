/* ---
name: First
title: first in time
label: First
kind: state
states:
  first: {aggregate: first, of: "{{ x }}"}
--- */
{{ first }}
