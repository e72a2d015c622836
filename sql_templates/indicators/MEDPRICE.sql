/* ---
title: Middle of high and low
shape: window
source: TA-Lib
--- */
({{ high }} + {{ low }}) / 2
