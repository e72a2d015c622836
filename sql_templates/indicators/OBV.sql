/* ---
title: "On balance volume: volume added when the price rises, taken away when it falls; the first bar counts in full"
shape: window
columns:
  signed: "{{ volume }} * coalesce(sign({{ price }} - lag({{ price }}) OVER {{ series }}), 1)"
source: Granville (1963); TA-Lib
--- */
sum({{ signed }}) OVER {{ since_start }}
