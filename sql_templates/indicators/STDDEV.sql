/* ---
title: Standard deviation (of the population), times nbdev
shape: window
source: TA-Lib
--- */
{{ nbdev }} * stddev_pop({{ price }}) OVER {{ last(timeperiod) }}
