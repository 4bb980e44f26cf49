"""Scenarios: their schema, the shipped ones, and the state that they begin with."""
