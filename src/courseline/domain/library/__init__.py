"""What is released: repositories, examples, versions, labels."""
