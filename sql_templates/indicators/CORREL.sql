/* ---
title: "Pearson's correlation of two series; 0 where one does not move"
shape: window
source: TA-Lib
--- */
CASE
    WHEN min({{ price0 }}) OVER {{ last(timeperiod) }} < max({{ price0 }}) OVER {{ last(timeperiod) }}
     AND min({{ price1 }}) OVER {{ last(timeperiod) }} < max({{ price1 }}) OVER {{ last(timeperiod) }}
    THEN corr({{ price1 }}, {{ price0 }}) OVER {{ last(timeperiod) }}
    ELSE 0
END
