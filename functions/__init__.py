"""The stages of reelbucket: each folder is one function; `common` is what they share."""
