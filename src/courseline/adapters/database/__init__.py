"""PostgreSQL: tables, the rows of `usecases.rows`, the lease and the migrations."""
