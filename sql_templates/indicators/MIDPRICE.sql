/* ---
title: Middle of the highest high and the lowest low of the last bars
shape: window
source: TA-Lib
--- */
(max({{ high }}) OVER {{ last(timeperiod) }} + min({{ low }}) OVER {{ last(timeperiod) }}) / 2
