"""Configuration files and the settings made of them."""
