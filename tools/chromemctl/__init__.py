"""Verify, name, recover and look after chromem-go vector stores."""
