/* ---
title: Lowest of the last bars
shape: window
source: TA-Lib
--- */
min({{ price }}) OVER {{ last(timeperiod) }}
