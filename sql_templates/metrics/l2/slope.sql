/* ---
name: Slope
family: slopes
measure: Slope
column: "{side}Slope{level}"
title: Slope of a side of the book, the mean elasticity of the quantity up to a price to that price, over the levels to one
unit: relative change of log quantity per relative change of price
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: null for a one-sided, locked or crossed book, and where fewer levels stand, two have one price, or one lot is at the best
known_at: end of the bucket
source: "Næs, Skjeltorp (2006), Order book characteristics and the volume-volatility relation: Empirical evidence from a limit order market, J. Financial Markets 9"
--- */
CASE WHEN {{ bid.price }} < {{ ask.price }} THEN (
{% for each in levels %}
{% if each.quantity_before %}
    (ln(nullif(greatest({{ each.quantity_before }} + {{ each.quantity }}, 0), 0)) / nullif(ln(nullif(greatest({{ each.quantity_before }}, 0), 0)), 0) - 1) / nullif(abs({{ each.price }} / nullif({{ each.better.deepest.price }}, 0) - 1), 0)
{%- else %}
    ln(nullif(greatest({{ each.quantity }}, 0), 0)) / nullif(abs({{ each.price }} / nullif({{ mid }}, 0) - 1), 0)
{%- endif %}
{% if not loop.last %} +{% endif +%}
{% endfor %}
) / {{ level_count }} END
