/* ---
title: "Triple exponential moving average: 3 EMA - 3 EMA(EMA) + EMA(EMA(EMA))"
shape: series
columns:
  once: "{{ exponential(price, timeperiod) }}"
  twice: "{{ exponential(once, timeperiod) }}"
  thrice: "{{ exponential(twice, timeperiod) }}"
source: Mulloy (1994); TA-Lib
--- */
list_transform(
    {{ thrice }},
    lambda value, place: 3 * {{ once }}[place + {{ 2 * timeperiod - 2 }}] - 3 * {{ twice }}[place + {{ timeperiod - 1 }}] + value
)
