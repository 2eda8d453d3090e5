"""Work orders: what a pipeline's job asks for and reports through the receiver, and how that is recorded."""
