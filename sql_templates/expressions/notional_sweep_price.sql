/* ---
expression: >-
  the average price of a notional that is traded against the levels of one side from the best one on: the notional by
  the quantity that it buys or that sells for it; null where they have less, or one that is needed has no positive price
--- */
CASE WHEN {{ levels.notional }} >= {{ notional }} * (1 - 1e-12) THEN {{ notional }} / (
{% for each in levels %}
    CASE WHEN {{ each.quantity }} > 0{% if each.notional_before %} AND {{ each.notional_before }} < {{ notional }}{% endif +%}
        THEN least({{ each.price }} * {{ each.quantity }}, {{ notional }}{% if each.notional_before %} - {{ each.notional_before }}{% endif %}) / nullif(greatest({{ each.price }}, 0), 0) ELSE 0 END{% if not loop.last %} +{% endif +%}
{% endfor %}
) END
