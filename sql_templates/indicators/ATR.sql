/* ---
title: Average true range, averaged as Wilder does
shape: series
columns:
  true_ranges: |-
    list_transform(
      {{ high }}[2:],
      lambda value, place: greatest(
        value - {{ low }}[place + 1], abs(value - {{ close }}[place]), abs({{ low }}[place + 1] - {{ close }}[place])
      )
    )
source: Wilder (1978), New Concepts in Technical Trading Systems; TA-Lib
--- */
{{ wilder(true_ranges, timeperiod) }}
