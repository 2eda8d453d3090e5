"""Decorators. Whole definitions are missing here, not only bodies."""

import functools

# BEGIN SOLUTION
def counted(function):
    """Count the calls of a function in its attribute `calls`."""

    @functools.wraps(function)
    def wrapper(*arguments):
        wrapper.calls += 1
        return function(*arguments)

    wrapper.calls = 0
    return wrapper
# END SOLUTION


class Stack:
    """A stack; its methods are missing."""

    # BEGIN SOLUTION
    def __init__(self):
        self._items = []

    def push(self, item):
        self._items.append(item)
    # END SOLUTION
