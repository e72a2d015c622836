/* ---
title: "Aroon: how recent the lowest low and the highest high are, in percent; of equal ones the latest counts"
shape: window
columns:
  bars_since_low: "list_position(list_reverse(list({{ low }}) OVER {{ last(timeperiod + 1) }}), min({{ low }}) OVER {{ last(timeperiod + 1) }}) - 1"
  bars_since_high: "list_position(list_reverse(list({{ high }}) OVER {{ last(timeperiod + 1) }}), max({{ high }}) OVER {{ last(timeperiod + 1) }}) - 1"
source: Chande (1995); TA-Lib
--- */
{% block aroondown %}
100 * ({{ timeperiod }} - {{ bars_since_low }}) / {{ timeperiod }}
{% endblock %}
{% block aroonup %}
100 * ({{ timeperiod }} - {{ bars_since_high }}) / {{ timeperiod }}
{% endblock %}
