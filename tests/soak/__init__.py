"""`make soak`: referrals written by several leads while every process of a portal is killed, and then proved."""
