/* ---
name: Median
title: median; the middle two averaged
label: Median
kind: distribution
states:
  median: {aggregate: median, of: "{{ x }}"}
--- */
{{ median }}
