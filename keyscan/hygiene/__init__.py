"""Hygiene: what a repository does with its `.env` files, its agents' configuration and its keys.

Pure checks over paths, git's answers and texts; `keyscan/envscan.py` gathers those and joins the parts.
"""
