from shapes.shape import Shape


class Square(Shape):
    """Given by its side."""
