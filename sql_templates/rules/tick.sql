/* ---
name: Tick
title: the sign of the last change of price
source: "Lee, Ready (1991), Inferring Trade Direction from Intraday Data, J. Finance 46: the tick test"
--- */
{{ tick_test }}
