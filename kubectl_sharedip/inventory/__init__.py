"""What is there: addresses with their Services. It counts and groups, and judges nothing."""
