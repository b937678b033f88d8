"""PostgreSQL: transactions, the outbox that they fill, the pool, migrations."""
