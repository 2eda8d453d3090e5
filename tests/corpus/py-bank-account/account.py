"""An account that keeps a balance in cents."""


class Account:
    """Money of one person."""

    def __init__(self, owner):
        self.owner = owner
        self.balance = 0

    def deposit(self, cents):
        """Put money in; amounts below one cent are refused with ValueError."""
        # BEGIN SOLUTION
        if cents < 1:
            raise ValueError("nothing to put in")
        self.balance += cents
        # END SOLUTION

    def withdraw(self, cents):
        """Take money out; more than there is, is refused with ValueError."""
        # BEGIN SOLUTION
        if not 1 <= cents <= self.balance:
            raise ValueError("not enough money")
        self.balance -= cents
        # END SOLUTION
