"""Numbers that come back from the database as they were written."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Numeric, types


class Exact(types.TypeDecorator[Decimal]):
    """A number of at most 15 significant digits that is read exactly as it was written.

    PostgreSQL keeps decimals; SQLite keeps floats, which hold 15 digits but show noise behind them.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The same column type everywhere; on SQLite its values come as floats."""
        kind: Any = Numeric(24, 10, asdecimal=False) if dialect.name == "sqlite" else Numeric(24, 10)
        return dialect.type_descriptor(kind)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The shortest decimal of 15 digits that the stored number is."""
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(format(value, ".15g"))
        return number.normalize() + 0 if number else Decimal(0)
