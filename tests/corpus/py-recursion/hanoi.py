def moves(discs, start="A", goal="C", between="B"):
    """Yield every move as (from, to)."""
    if discs == 0:
        return
    # BEGIN SOLUTION
    yield from moves(discs - 1, start, between, goal)
    yield start, goal
    yield from moves(discs - 1, between, goal, start)
    # END SOLUTION
