/* ---
title: Price relative to that of timeperiod bars ago; 0 where that was 0
shape: window
source: TA-Lib
--- */
coalesce({{ price }} / nullif(lag({{ price }}, {{ timeperiod }}) OVER {{ series }}, 0), 0)
