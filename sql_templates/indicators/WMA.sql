/* ---
title: Moving average, weighted 1 for the oldest bar to timeperiod for the newest
shape: window
source: TA-Lib
--- */
list_sum(list_transform(list({{ price }}) OVER {{ last(timeperiod) }}, lambda value, place: place * value))
    / {{ timeperiod * (timeperiod + 1) // 2 }}
