"""Operations and history."""
