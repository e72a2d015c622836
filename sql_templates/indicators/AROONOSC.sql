/* ---
title: "Aroon oscillator: Aroon up less Aroon down"
shape: window
columns:
  bars_since_low: "list_position(list_reverse(list({{ low }}) OVER {{ last(timeperiod + 1) }}), min({{ low }}) OVER {{ last(timeperiod + 1) }}) - 1"
  bars_since_high: "list_position(list_reverse(list({{ high }}) OVER {{ last(timeperiod + 1) }}), max({{ high }}) OVER {{ last(timeperiod + 1) }}) - 1"
source: Chande (1995); TA-Lib
--- */
100 * ({{ bars_since_low }} - {{ bars_since_high }}) / {{ timeperiod }}
