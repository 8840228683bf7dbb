"""The demo company: a building-products distributor with its history, its people and two finished cycles."""
