/* ---
title: "Commodity channel index: the typical price less its mean, in 0.015 mean absolute deviations; 0 without any"
shape: window
columns:
  typical: "({{ high }} + {{ low }} + {{ close }}) / 3"
  mean: "avg(({{ high }} + {{ low }} + {{ close }}) / 3) OVER {{ last(timeperiod) }}"
source: Lambert (1980), Commodities magazine; TA-Lib
--- */
coalesce(
    ({{ typical }} - {{ mean }}) / nullif(
        0.015 * list_avg(
            list_transform(list({{ typical }}) OVER {{ last(timeperiod) }}, lambda value: abs(value - {{ mean }}))
        ),
        0
    ),
    0
)
