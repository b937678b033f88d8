"""How the children of a school's roll stand today, for lists; the answer to one question is searching's."""
