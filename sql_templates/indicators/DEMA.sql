/* ---
title: "Double exponential moving average: 2 EMA - EMA(EMA)"
shape: series
columns:
  once: "{{ exponential(price, timeperiod) }}"
  twice: "{{ exponential(once, timeperiod) }}"
source: Mulloy (1994); TA-Lib
--- */
list_transform({{ twice }}, lambda value, place: 2 * {{ once }}[place + {{ timeperiod - 1 }}] - value)
