"""Connect a GitLab with this courseline, build courses there, and tell whether all of it is well."""
