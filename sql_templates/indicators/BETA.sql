/* ---
title: Slope of the returns of price1 on those of price0; 0 where price0 does not move
shape: window
columns:
  return0: "coalesce({{ price0 }} / nullif(lag({{ price0 }}) OVER {{ series }}, 0) - 1, 0)"
  return1: "coalesce({{ price1 }} / nullif(lag({{ price1 }}) OVER {{ series }}, 0) - 1, 0)"
source: TA-Lib
--- */
CASE
    WHEN min({{ return0 }}) OVER {{ last(timeperiod) }} < max({{ return0 }}) OVER {{ last(timeperiod) }}
    THEN regr_slope({{ return1 }}, {{ return0 }}) OVER {{ last(timeperiod) }}
    ELSE 0
END
