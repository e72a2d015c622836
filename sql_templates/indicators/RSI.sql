/* ---
title: "Relative strength index: rises in percent of rises and falls, averaged as Wilder does; 0 where nothing moved"
shape: series
columns:
  changes: "list_transform({{ price }}[2:], lambda value, place: value - {{ price }}[place])"
  upward: "list_transform({{ changes }}, lambda value: greatest(value, 0))"
  downward: "list_transform({{ changes }}, lambda value: greatest(-value, 0))"
  rises: "{{ wilder(upward, timeperiod) }}"
  falls: "{{ wilder(downward, timeperiod) }}"
source: Wilder (1978), New Concepts in Technical Trading Systems; TA-Lib
--- */
list_transform({{ rises }}, lambda value, place: coalesce(100 * value / nullif(value + {{ falls }}[place], 0), 0))
