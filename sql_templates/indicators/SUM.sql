/* ---
title: Sum of the last bars
shape: window
source: TA-Lib
--- */
sum({{ price }}) OVER {{ last(timeperiod) }}
