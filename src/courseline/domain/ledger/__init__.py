"""Operations and the append-only history."""
