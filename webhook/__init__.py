"""HTTP only: what arrives is verified, read and handed to a use case. The only importer of flask."""
