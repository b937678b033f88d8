"""What a school uploads as its roll, read: files of several sorts to the children that they name. Pure."""
