"""Driving: who may, what of it reaches the board, and what stops the car."""
