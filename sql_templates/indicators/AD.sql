/* ---
title: "Chaikin accumulation and distribution: volume by where the close is in the range"
shape: window
source: Chaikin; TA-Lib
--- */
sum(
    coalesce((({{ close }} - {{ low }}) - ({{ high }} - {{ close }})) / nullif({{ high }} - {{ low }}, 0), 0) * {{ volume }}
) OVER {{ since_start }}
