def product(left, right):
    """The product of two matrices, each a list of rows."""
    ### BEGIN SOLUTION
    columns = list(zip(*right))
    return [[sum(a * b for a, b in zip(row, column)) for column in columns] for row in left]
    ### END SOLUTION
