/* ---
title: Rate of change in percent since timeperiod bars ago; 0 where that price was 0
shape: window
source: TA-Lib
--- */
coalesce(({{ price }} / nullif(lag({{ price }}, {{ timeperiod }}) OVER {{ series }}, 0) - 1) * 100, 0)
