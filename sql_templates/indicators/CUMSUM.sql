/* ---
title: Sum since the first bar
shape: window
source: TA-Lib
--- */
sum({{ price }}) OVER {{ since_start }}
