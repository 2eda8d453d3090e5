from shapes.shape import Shape


class Circle(Shape):
    """Given by its radius."""
