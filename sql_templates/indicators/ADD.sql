/* ---
title: Sum of two series
shape: window
source: TA-Lib
--- */
{{ price0 }} + {{ price1 }}
