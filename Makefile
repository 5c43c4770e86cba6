.PHONY: dev lint test bench rules check-readme

dev:
	pip install -e '.[dev]'

lint:
	ruff check .
	ruff format --check .
	mypy

test:
	python -m pytest -n auto

rules:
	keyscan rules check

bench:
	@ls benchmarks

check-readme:
	python -m pytest -q tests/contracts/test_readme.py
