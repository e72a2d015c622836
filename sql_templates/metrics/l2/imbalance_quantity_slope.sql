/* ---
name: ImbalanceQuantitySlope
family: imbalances
measure: QuantitySlope
column: ImbalanceQuantitySlope{level}
title: Slope of the least-squares line through the imbalances of quantity at each level up to one, by the level's number
unit: change of the imbalance (-1 to 1) per level
kind: state
type: DOUBLE
requires: [BidPrice1, AskPrice1, "BidQuantity{up_to_level}", "AskQuantity{up_to_level}"]
null_rule: null for a one-sided or crossed book, and where a level has no imbalance
known_at: end of the bucket
source: "Cao, Hansch, Wang (2009), The information content of an open limit-order book, J. Futures Markets 29, for the imbalance of each level; the line through levels 1 to n is ordinary least squares: 12 / (n (n^2 - 1)) times the sum of (k - (n + 1) / 2) I_k"
--- */
CASE WHEN {{ bid.price }} <= {{ ask.price }} THEN 12.0 / ({{ level_count }} * ({{ level_count }} * {{ level_count }} - 1)) * (
{% for bid_queue, ask_queue in queues %}
    ({{ bid_queue.position }} - ({{ level_count }} + 1) / 2.0) * ({{ bid_queue.quantity }} - {{ ask_queue.quantity }}) / nullif({{ bid_queue.quantity }} + {{ ask_queue.quantity }}, 0){% if not loop.last %} +{% endif +%}
{% endfor %}
) END
