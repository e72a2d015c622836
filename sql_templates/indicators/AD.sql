/* ---
title: "Chaikin accumulation and distribution: volume by where the close is in the range"
shape: window
source: Chaikin; TA-Lib
--- */
sum(
    CASE WHEN {{ high }} > {{ low }} THEN
        (({{ close }} - {{ low }}) - ({{ high }} - {{ close }})) / ({{ high }} - {{ low }}) * {{ volume }}
    ELSE 0 END
) OVER {{ since_start }}
