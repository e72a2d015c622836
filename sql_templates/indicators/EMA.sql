/* ---
title: Exponential moving average, which starts as the mean of the first timeperiod bars
shape: series
source: TA-Lib
--- */
{{ exponential(price, timeperiod) }}
