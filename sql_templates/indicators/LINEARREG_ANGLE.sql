/* ---
title: Angle of the regression line in degrees
shape: window
columns:
  slope: "list_sum(list_transform(list({{ price }}) OVER {{ last(timeperiod) }}, lambda value, place: (2 * place - {{ timeperiod + 1 }}) * value)) * 6 / {{ timeperiod * (timeperiod * timeperiod - 1) }}"
source: Least squares over the last bars; TA-Lib
--- */
degrees(atan({{ slope }}))
