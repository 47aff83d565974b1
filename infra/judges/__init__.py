"""Who judges the template and the dependencies from outside, and what is answered to them."""
