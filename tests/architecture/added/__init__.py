"""A made-up service, visits: what test_adding_a_service.py lays into a copy of the checkout, file by file."""
