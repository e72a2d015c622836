/* ---
title: Mean of high, low and close
shape: window
source: TA-Lib
--- */
({{ high }} + {{ low }} + {{ close }}) / 3
