"""The broker: who is where and who may talk to whom. It carries no media."""
