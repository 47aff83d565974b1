"""All stages over a store that delays, doubles, drops, refuses and kills: deterministic, from one number."""
