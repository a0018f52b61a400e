"""The same tests of the store on SQLite and on a real PostgreSQL (law 3)."""
