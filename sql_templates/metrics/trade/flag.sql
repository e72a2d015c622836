/* ---
name: Flag
family: flag
column: "{flag}{measure}{side}"
column_total: "{flag}{measure}"
title: Trades
unit: shares
kind: flow
type: DOUBLE
requires: []
null_rule: 0 when no trade counts
known_at: end of the bucket
source: "MMT Technical Committee, Market Model Typology v4, trade flags"
choices:
  flag:
    NegotiatedTrade:
      title: negotiated off the book
      requires: [NegotiatedTrade]
      codes: ["Y", "TRUE", "true", "1"]
    OddLotTrade:
      title: of less than a round lot
      requires: [LotType]
      codes: ["Odd Lot", "ODD", "MIXED"]
    BlockTrade:
      title: reported as blocks
      requires: [IsBlock]
      codes: ["Y", "TRUE", "true", "1"]
    CrossTrade:
      title: in which one broker was on both sides
      requires: [CrossingTrade]
      codes: ["Y", "TRUE", "true", "1"]
    AlgorithmicTrade:
      title: sent by an algorithm
      requires: [AlgorithmicTrade]
      codes: ["H", "Y", "TRUE", "true", "1"]
    IcebergExecution:
      title: against hidden size of an iceberg order
      requires: [IcebergExecution]
      codes: ["Y", "TRUE", "true", "1"]
  measure:
    Volume:
      title: "- their volume"
      states: [flagged_volume]
      values: {value: "coalesce({{ flagged_volume }}, 0)"}
    Count:
      title: "- their number"
      unit: trades
      type: BIGINT
      states: [flagged_trades]
      values: {value: "coalesce({{ flagged_trades }}, 0)"}
    AvgNotional:
      title: "- their mean value, in local currency"
      unit: local currency
      kind: ratio
      null_rule: null when no trade under the flag has a value
      requires: [TradeNotional]
      states: [flagged_notional, flagged_valued_trades]
      values: {value: "{{ flagged_notional }} / nullif({{ flagged_valued_trades }}, 0)"}
derived:
  flagged: "{{ has_code }}"
states:
  flagged_volume: {aggregate: sum, of: Size, where: "{{ flagged }}"}
  flagged_trades: {aggregate: count, where: "{{ flagged }}"}
  flagged_notional: {aggregate: sum, of: TradeNotional, where: "{{ flagged }}"}
  flagged_valued_trades: {aggregate: count, of: TradeNotional, where: "{{ flagged }}"}
--- */
