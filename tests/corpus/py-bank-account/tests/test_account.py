import pytest
from account import Account


def test_money_goes_in_and_out():
    account = Account("Ada")
    account.deposit(500)
    account.withdraw(120)
    assert account.balance == 380


def test_nobody_takes_out_more_than_there_is():
    with pytest.raises(ValueError):
        Account("Ada").withdraw(1)
