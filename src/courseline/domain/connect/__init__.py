"""What a GitLab needs so that courseline works there, what it has, and the steps between."""
