/* ---
shape: a whole pass, one CTE per step
--- */
-- {{ title }}
{% for step in steps[:-1] %}
{% if loop.first %}WITH {% endif %}{{ step.name }} AS{% if step.is_computed_again %} NOT MATERIALIZED{% elif step.is_kept %} MATERIALIZED{% endif %} (
    -- {{ step.comment }}
    {{ step.body | indent_sql }}
){% if not loop.last %},{% endif +%}
{% endfor %}
-- {{ steps[-1].comment }}
{{ steps[-1].body }}
