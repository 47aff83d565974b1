"""Tests of template.yaml against the code that it deploys."""
