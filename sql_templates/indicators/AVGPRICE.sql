/* ---
title: Mean of open, high, low and close
shape: window
source: TA-Lib
--- */
({{ open }} + {{ high }} + {{ low }} + {{ close }}) / 4
