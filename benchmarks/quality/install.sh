#!/bin/sh
# Installs pinned packages, without what they depend on, below the directory $1: for run.py --packages.
set -eu
here=$(dirname "$0")
mkdir -p "$1/py" "$1/npm"
python3 -m pip install --quiet --no-deps --no-compile --target "$1/py" \
    aiohttp==3.14.5 anthropic==2.12.0 celery==5.7.0 discord.py==2.7.1 fastapi==0.165.0 jupyterlab==4.6.6 \
    langchain-core==1.8.2 matplotlib==3.11.2 mypy==2.4.1 notebook==7.6.5 openai==3.54.0 paramiko==5.1.0 \
    pylint==4.1.4 salt==3008.5 sentry-sdk==2.75.0 sqlalchemy==2.1.9 stripe==16.1.0 tornado==6.6.1 twilio==9.13.0 \
    wandb==0.31.0
while read -r package; do
    mkdir -p "$1/npm/${package%@*}"
    (cd "$1/npm/${package%@*}" && tar -xzf "$(npm pack --silent "$package")" --strip-components 1 && rm -f ./*.tgz)
done < "$here/npm.txt"
