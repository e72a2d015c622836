/* ---
title: Middle of the highest and the lowest of the last bars
shape: window
source: TA-Lib
--- */
(max({{ price }}) OVER {{ last(timeperiod) }} + min({{ price }}) OVER {{ last(timeperiod) }}) / 2
