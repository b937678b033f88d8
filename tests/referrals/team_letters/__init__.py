"""Teams are told by e-mail that schools have searched for their children."""
