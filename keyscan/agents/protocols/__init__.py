"""How each agent calls a hook and what answers it understands: one agent, one module."""
