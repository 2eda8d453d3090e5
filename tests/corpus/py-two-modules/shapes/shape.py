from abc import ABC, abstractmethod


class Shape(ABC):
    """Something with an area and a name."""

    @abstractmethod
    def area(self): ...

    def __str__(self):
        return f"{type(self).__name__} of {self.area():.1f}"
