/* ---
title: Mean of high, low and twice the close
shape: window
source: TA-Lib
--- */
({{ high }} + {{ low }} + 2 * {{ close }}) / 4
