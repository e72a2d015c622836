/* ---
expression: >-
  the average price of a size that is traded against the levels of one side from the best one on; null where they have
  less, or one that is needed has no price
--- */
CASE WHEN {{ levels.quantity }} >= {{ size }} * (1 - 1e-12) THEN (
{% for each in levels %}
    CASE WHEN {{ each.quantity }} > 0{% if each.quantity_before %} AND {{ each.quantity_before }} < {{ size }}{% endif +%}
        THEN {{ each.price }} * least({{ each.quantity }}, {{ size }}{% if each.quantity_before %} - {{ each.quantity_before }}{% endif %}) ELSE 0 END{% if not loop.last %} +{% endif +%}
{% endfor %}
) / {{ size }} END
