"""What people ask of the identity service, by journey. Each function is one transaction and tells one story."""
