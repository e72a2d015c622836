/* ---
name: Depth
family: depth
column: "{side}Depth{bps}Bps"
title: Quantity that stands on a side within so many basis points of the mid, over the levels of the source
unit: quantity
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "{side}Price{up_to_level}", "{side}Quantity{up_to_level}"]
null_rule: null for a one-sided or crossed book
known_at: end of the bucket
source: "Degryse, de Jong, van Kervel (2015), The impact of dark trading and visible fragmentation, Review of Finance 19"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }}
THEN {% for each in levels.each %}{% if not loop.first %} + {% endif %}
coalesce(CASE WHEN 20000 * abs({{ each.price }} - ({{ bid.price }} + {{ ask.price }}) / 2) <= {{ within }} * ({{ bid.price }} + {{ ask.price }}) THEN {{ each.quantity }} END, 0)
{%- endfor %} END
