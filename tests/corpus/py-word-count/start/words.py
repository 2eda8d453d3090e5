def most_frequent(text, number):
    """The most frequent words of a text, in lower case, with their counts."""
    # Your code here
