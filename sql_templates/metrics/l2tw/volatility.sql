/* ---
name: L2VolatilityStd
family: volatility
column: "L2Volatility{source}Std"
title: Standard deviation of log returns over a regular grid of times, annualised to 252 days of 24 hours
unit: per year
kind: distribution
type: DOUBLE
requires: []
null_rule: null with fewer than two returns
known_at: end of the bucket
source: "grids: Zhang, Mykland, Ait-Sahalia (2005), A tale of two time scales: Determining integrated volatility with noisy high-frequency data, J. American Statistical Association 100; here each variance is about the mean return"
derived:
  log_price: ln(CASE WHEN {{ price }} > 0 AND isfinite({{ price }}) THEN {{ price }} END)
  log_return: "{{ log_price }} - first_value({{ log_price }}) OVER {{ step_before }}"
  yearly_variance: var_samp({{ log_return }}) * 252 * 24 * 3600 * count({{ log_return }}) / {{ bucket_seconds }}
states:
  variance: {aggregate: sum, of: "{{ yearly_variance }}"}
  grids: {aggregate: count, of: "{{ yearly_variance }}"}
--- */
sqrt({{ variance }} / nullif({{ grids }}, 0))
