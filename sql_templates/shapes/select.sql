/* ---
shape: one step of a pass
--- */
SELECT{% if distinct %} DISTINCT{% endif +%}
    {{ columns }}
FROM {{ source }}
{% if where %}
WHERE {{ where }}
{% endif %}
{% if group_by %}
GROUP BY {{ group_by }}
{% endif %}
{% if window %}
WINDOW {{ window }}
{% endif %}
