/* ---
title: "Balance of power: close less open relative to the range; 0 without a range"
shape: window
source: TA-Lib
--- */
CASE WHEN {{ high }} > {{ low }} THEN ({{ close }} - {{ open }}) / ({{ high }} - {{ low }}) ELSE 0 END
