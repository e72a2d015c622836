/* ---
name: DepthNotional
family: depth
measure: Notional
column: "{side}DepthNotional{bps}bps"
title: Price times quantity of what stands on a side within a distance of the mid
unit: local currency
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: >-
  null for a one-sided or crossed book, and where the deepest level read is still within the distance, since more may
  stand behind it
known_at: end of the bucket
source: "Degryse, de Jong, van Kervel (2015), The impact of dark trading and visible fragmentation on market quality, Review of Finance 19, their Depth(X)"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
    AND (10000 * abs({{ levels.deepest.price }} - {{ mid }}) > ({{ bps }} + 1e-8) * abs({{ mid }})) IS NOT FALSE
THEN
{% for each in levels %}
    coalesce(CASE WHEN 10000 * abs({{ each.price }} - {{ mid }}) <= ({{ bps }} + 1e-8) * abs({{ mid }}) THEN {{ each.price }} * {{ each.quantity }} END, 0){% if not loop.last %} +{% endif +%}
{% endfor %}
END
