"""What a student gets, and the gate that proves it."""
