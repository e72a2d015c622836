/* ---
title: Highest of the last bars
shape: window
source: TA-Lib
--- */
max({{ price }}) OVER {{ last(timeperiod) }}
