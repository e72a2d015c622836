/* ---
title: "Moving average convergence and divergence: two exponential averages, their difference and its average"
shape: series
columns:
  slower: "{{ exponential(price, [fastperiod, slowperiod] | max) }}"
  late: "{{ price }}[{{ (fastperiod - slowperiod) | abs + 1 }}:]"
  faster: "{{ exponential(late, [fastperiod, slowperiod] | min) }}"
  line: "list_transform({{ slower }}, lambda value, place: {{ faster }}[place] - value)"
  averaged: "{{ exponential(line, signalperiod) }}"
source: Appel (1979); TA-Lib, which starts both averages where the slower one does
--- */
{% block macd %}
{{ line }}[{{ signalperiod }}:]
{% endblock %}
{% block macdsignal %}
{{ averaged }}
{% endblock %}
{% block macdhist %}
list_transform({{ averaged }}, lambda value, place: {{ line }}[place + {{ signalperiod - 1 }}] - value)
{% endblock %}
