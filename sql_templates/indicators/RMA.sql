/* ---
title: "Wilder's moving average, which starts as the mean of the first timeperiod bars"
shape: series
source: Wilder (1978), New Concepts in Technical Trading Systems; TA-Lib
--- */
{{ wilder(price, timeperiod) }}
