/* ---
name: Std
title: sample standard deviation
label: Std
kind: distribution
states:
  std: {aggregate: stddev, of: "{{ x }}"}
--- */
{{ std }}
