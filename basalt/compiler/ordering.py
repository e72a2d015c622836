"""The order of events as one value per row, so that comparing two values orders two events."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render
from basalt.compiler.types import fits_bigint

_SEQUENCE_BITS = 64
_USABLE_BITS = 127
_FEWEST_FINGERPRINT_BITS = 20
_LOWEST = -(2**63)


@dataclass(frozen=True)
class PackedOrder:
    """(time in the bucket, sequence, fingerprint of values) packed into one HUGEINT: exact, and cheap to compare.

    The fingerprint is of the columns in ``values``, what a first or last value of an event is computed from; there is
    none without them.
    """

    fingerprint_bits: int
    contract: BucketContract
    values: tuple[str, ...]

    @property
    def _time_scale(self) -> Fragment:
        return _power_of_two(_SEQUENCE_BITS + self.fingerprint_bits)

    @property
    def _sequence_scale(self) -> Fragment:
        return _power_of_two(self.fingerprint_bits)

    def expression(self, bucket_start: Sql) -> Fragment:
        """Return the order of a row with columns event_ns, sequence and those of the fingerprint."""
        return render(
            "expressions/order_packed",
            event_ns=Identifier("event_ns"),
            bucket_start=bucket_start,
            sequence=Identifier("sequence"),
            lowest=Literal(_LOWEST),
            values=join(Identifier(name) for name in self.values) if self.values else None,
            time_scale=self._time_scale,
            sequence_scale=self._sequence_scale,
            hash_shift=64 - self.fingerprint_bits,
        )

    def parts(self, order: Sql, bucket_start: Sql) -> dict[str, Fragment]:
        """Return the time (ns) and the sequence that an order was made of."""
        time_shift = _SEQUENCE_BITS + self.fingerprint_bits
        # half of the sequence's range makes room for negative sequences; shifts are 30 times cheaper than divisions
        raised = compose("({} + {})", order, _power_of_two(time_shift - 1))
        return {
            "time": compose("{} + CAST({} >> {} AS BIGINT)", bucket_start, raised, time_shift),
            "sequence": compose(
                "CAST((({} >> {}) & ({} - 1)) - {} AS BIGINT)",
                raised,
                self.fingerprint_bits,
                _power_of_two(_SEQUENCE_BITS),
                _power_of_two(_SEQUENCE_BITS - 1),
            ),
        }


@dataclass(frozen=True)
class RowOrder:
    """A row value (time, sequence if there is one, then what makes the event unique): exact for any type."""

    has_sequence: bool
    ties: tuple[str, ...]

    def expression(self, bucket_start: Sql) -> Fragment:  # noqa: ARG002 - the other order counts from it
        """Return the order of a row with columns event_ns, sequence if there is one, and those that break ties."""
        fields = ["event_ns", *(["sequence"] if self.has_sequence else []), *self.ties]
        return compose("{{{}}}", join(compose("{}: {}", Literal(name), Identifier(name)) for name in fields))

    def parts(self, order: Sql, bucket_start: Sql) -> dict[str, Fragment]:  # noqa: ARG002 - the other order needs it
        """Return the time (ns) and, where the source has one, the sequence that an order was made of."""
        names = {"time": "event_ns", "sequence": "sequence"} if self.has_sequence else {"time": "event_ns"}
        return {part: compose("{}.{}", order, Identifier(name)) for part, name in names.items()}


@dataclass(frozen=True)
class TimeOrder:
    """The time alone, where nothing else tells events apart."""

    def expression(self, bucket_start: Sql) -> Sql:  # noqa: ARG002 - the packed order counts from it
        """Return the order of a row with column event_ns."""
        return Identifier("event_ns")

    def parts(self, order: Sql, bucket_start: Sql) -> dict[str, Sql]:  # noqa: ARG002 - the packed order needs it
        """Return the time (ns) that an order is."""
        return {"time": order}


EventOrder = PackedOrder | RowOrder | TimeOrder


def event_order(
    sequence_type: str | None, contract: BucketContract, ties: tuple[str, ...], values: tuple[str, ...]
) -> EventOrder:
    """Return the cheapest exact order: packed where the sequence is an integer and time leaves room for it.

    ``ties`` are columns that tell events apart besides, ``values`` those that first and last values are computed from:
    rows alike in them give the same values.
    """
    if sequence_type is None and not ties and not values:
        return TimeOrder()
    spare_bits = _USABLE_BITS - _SEQUENCE_BITS - contract.width.bit_length()
    if sequence_type is not None and fits_bigint(sequence_type) and spare_bits >= _FEWEST_FINGERPRINT_BITS:
        return PackedOrder(spare_bits if values else 0, contract, values)
    return RowOrder(sequence_type is not None, tuple(dict.fromkeys([*ties, *values])))


def _power_of_two(exponent: int) -> Fragment:
    return compose("(1::HUGEINT << {})", exponent)
