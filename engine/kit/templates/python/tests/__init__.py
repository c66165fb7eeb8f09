"""Tests, which run natively."""
