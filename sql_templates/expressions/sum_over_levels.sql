/* ---
expression: what stands on the levels of one side together; a level that is empty adds nothing
--- */
{% for each in values %}
coalesce({{ each }}, 0){% if not loop.last %} + {% endif %}
{% endfor %}
