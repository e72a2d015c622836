/* ---
title: Simple moving average
shape: window
source: TA-Lib
--- */
avg({{ price }}) OVER {{ last(timeperiod) }}
