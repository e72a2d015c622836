/* ---
name: TimeWeighted
title: mean weighted by the time each state stood
label: TWA
kind: ratio
states:
  by_time: {aggregate: sum, of: "{{ x }} * standing_ns"}
  time: {aggregate: sum, of: standing_ns, where: "{{ x }} IS NOT NULL"}
--- */
{{ by_time }} / nullif({{ time }}, 0)
