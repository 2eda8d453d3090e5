"""What GitLab tells becomes work: a typed event, a job in the queue, a use case."""
