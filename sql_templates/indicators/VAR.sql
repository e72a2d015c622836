/* ---
title: Variance (of the population)
shape: window
source: TA-Lib, which does not use nbdev here
--- */
var_pop({{ price }}) OVER {{ last(timeperiod) }}
