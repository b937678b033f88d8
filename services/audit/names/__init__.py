"""What people, schools and children are called, and ever were called."""
