/* ---
title: Average true range in percent of the close
shape: series
columns:
  true_ranges: |-
    list_transform(
      {{ high }}[2:],
      lambda value, place: greatest(
        value - {{ low }}[place + 1], abs(value - {{ close }}[place]), abs({{ low }}[place + 1] - {{ close }}[place])
      )
    )
  averages: "{{ wilder(true_ranges, timeperiod) }}"
source: TA-Lib, which gives the true range itself for one bar
--- */
{% if timeperiod == 1 %}
{{ averages }}
{% else %}
list_transform(
    {{ averages }},
    lambda value, place: coalesce(100 * value / nullif({{ close }}[place + {{ timeperiod }}], 0), 0)
)
{% endif %}
