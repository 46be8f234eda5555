"""Tests, triggers, cure."""
