/* ---
title: "True range: of the bar and the close before it"
shape: window
source: Wilder (1978), New Concepts in Technical Trading Systems; TA-Lib
--- */
greatest(
    {{ high }} - {{ low }},
    abs({{ high }} - lag({{ close }}) OVER {{ series }}),
    abs({{ low }} - lag({{ close }}) OVER {{ series }})
)
