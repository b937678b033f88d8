"""A synthetic register of children, and questions about them with the mistakes that people make. Seeded; nobody real.

`making` makes rolls and the children about them who are on none; `asking` writes down what somebody would type who
looks for one of them. Whoever estimates and whoever measures draws with seeds of their own.
"""
