/* ---
title: "Momentum: the change since timeperiod bars ago"
shape: window
source: TA-Lib
--- */
{{ price }} - lag({{ price }}, {{ timeperiod }}) OVER {{ series }}
