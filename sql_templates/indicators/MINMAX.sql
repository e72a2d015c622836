/* ---
title: Lowest and highest of the last bars
shape: window
source: TA-Lib
--- */
{% block min %}
min({{ price }}) OVER {{ last(timeperiod) }}
{% endblock %}
{% block max %}
max({{ price }}) OVER {{ last(timeperiod) }}
{% endblock %}
