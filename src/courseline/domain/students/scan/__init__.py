"""Looking for hidden files of examples in a repository that exists already, whoever made it."""
