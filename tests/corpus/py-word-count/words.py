import re
from collections import Counter


def most_frequent(text, number):
    """The most frequent words of a text, in lower case, with their counts."""
    return Counter(re.findall(r"[a-z']+", text.lower())).most_common(number)
