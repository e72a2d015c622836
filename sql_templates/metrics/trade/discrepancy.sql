/* ---
name: Discrepancy
family: discrepancy
column: DiscrepancyTo{reference}{side}{aggregation}
column_total: DiscrepancyTo{reference}{aggregation}
title: Distance of trade prices
unit: bps of the reference
kind: ratio
type: DOUBLE
requires: [LocalPrice]
null_rule: null when no trade has a finite price and a reference price above 0
known_at: end of the bucket
source: "Huang, Stoll (1996), Dealer versus auction markets, J. Financial Economics 41"
choices:
  reference:
    MidAtPrimary: {title: from the middle of the primary market's best bid and offer, requires: [BestBidPriceAtPrimary, BestAskPriceAtPrimary], values: {reference: (BestBidPriceAtPrimary + BestAskPriceAtPrimary) / 2}}
    EBBO: {title: from the middle of the best bid and offer over all venues, requires: [BestBidPrice, BestAskPrice], values: {reference: (BestBidPrice + BestAskPrice) / 2}}
    PreTradeMid: {title: from the mid before the trade, requires: [PreTradeMid], values: {reference: PreTradeMid}}
    MidPrice: {title: from the mid at the trade, requires: [MidPrice], values: {reference: MidPrice}}
    BestBid: {title: from the best bid, requires: [BestBidPrice], values: {reference: BestBidPrice}}
    BestBidAtVenue: {title: from the best bid at the venue, requires: [BestBidPriceAtVenue], values: {reference: BestBidPriceAtVenue}}
    BestBidAtPrimary: {title: from the best bid at the primary market, requires: [BestBidPriceAtPrimary], values: {reference: BestBidPriceAtPrimary}}
    BestAsk: {title: from the best offer, requires: [BestAskPrice], values: {reference: BestAskPrice}}
    BestAskAtVenue: {title: from the best offer at the venue, requires: [BestAskPriceAtVenue], values: {reference: BestAskPriceAtVenue}}
    BestAskAtPrimary: {title: from the best offer at the primary market, requires: [BestAskPriceAtPrimary], values: {reference: BestAskPriceAtPrimary}}
    QuoteMid: {title: from the mid of the quote before the trade, requires: [QuoteMid], values: {reference: QuoteMid}}
    QuoteBid: {title: from the bid of the quote before the trade, requires: [QuoteBid], values: {reference: QuoteBid}}
    QuoteAsk: {title: from the ask of the quote before the trade, requires: [QuoteAsk], values: {reference: QuoteAsk}}
statistics: [First, Last, Min, Max, Mean, Sum, Median, Std]
derived:
  discrepancy_to: |-
    CASE
        WHEN isfinite(LocalPrice) AND {{ reference }} > 0
        THEN 10000 * (LocalPrice - {{ reference }}) / {{ reference }}
    END
statistic_of: "{{ discrepancy_to }}"
--- */
