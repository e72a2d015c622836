/* ---
title: "Bollinger Bands: a simple moving average, and nbdev standard deviations above and below"
shape: window
only: {matype: 0}
source: Bollinger (2001), Bollinger on Bollinger Bands; TA-Lib
--- */
{% block upperband %}
avg({{ price }}) OVER {{ last(timeperiod) }} + {{ nbdevup }} * stddev_pop({{ price }}) OVER {{ last(timeperiod) }}
{% endblock %}
{% block middleband %}
avg({{ price }}) OVER {{ last(timeperiod) }}
{% endblock %}
{% block lowerband %}
avg({{ price }}) OVER {{ last(timeperiod) }} - {{ nbdevdn }} * stddev_pop({{ price }}) OVER {{ last(timeperiod) }}
{% endblock %}
