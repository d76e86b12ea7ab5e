"""Watching stores: looked at again and again, never changed unless asked, told to whoever wants to know."""
