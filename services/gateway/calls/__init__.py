"""The services that pages ask over HTTP, one file each: its calls, what it answers, and the bounds of what it takes."""
