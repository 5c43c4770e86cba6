"""Audits of thousands of repositories: distributed, resumable, with coverage first."""
