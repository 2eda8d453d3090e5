from shapes.circle import Circle
from shapes.square import Square


def test_areas():
    assert str(Circle(1)) == "Circle of 3.1"
    assert str(Square(3)) == "Square of 9.0"
