/* ---
title: Rate of change in percent of a triply smoothed exponential average
shape: series
columns:
  once: "{{ exponential(price, timeperiod) }}"
  twice: "{{ exponential(once, timeperiod) }}"
  thrice: "{{ exponential(twice, timeperiod) }}"
source: Hutson (1983); TA-Lib
--- */
list_transform({{ thrice }}[2:], lambda value, place: (value / {{ thrice }}[place] - 1) * 100)
