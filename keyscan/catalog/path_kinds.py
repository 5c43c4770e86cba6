"""Kinds of files by path, which say how likely a value in a file is a secret: one list for each kind."""

from __future__ import annotations

from enum import Flag, auto


class PathKind(Flag):
    """The kinds of a file by its path; a file may be of several."""

    PLAIN = 0
    SOURCE = auto()
    TEST = auto()
    SAMPLE = auto()
    DOCUMENT = auto()
    VENDORED = auto()
    RECORDED = auto()
    DATA = auto()
    LOG = auto()
    PAGE = auto()
    CONFIGURATION = auto()
    NOISY = auto()
    GENERATED = auto()
    PIPELINE = auto()


def _of(*parts: str) -> str:
    return "|".join(parts)


def _below(names: str) -> str:
    """Paths below a directory of one of these names."""
    return rf"/(?:{names})/"


# What the path of a file of each kind contains, with `/` in front of it; letter case does not matter.
EXPRESSIONS = {
    # Where a value without quotes is code, so that a secret without them is an example in a comment or document.
    PathKind.SOURCE: _of(
        r"\.(?:pyi?|pyx|jsx?|mjs|cjs|tsx?|java|kts?|scala|groovy|go|rb|php|cs|vb|c|h|cc|cpp|hpp|m|mm|swift|rs|dart|lua|pl|"
        r"pm|r|jl|ex|exs|erl|hs|clj|vue|svelte|zig|rst|adoc)\Z",
    ),
    PathKind.TEST: _of(
        _below(r"(?:[\w-]*[_.-])?tests?(?:[_.-][\w.-]*)?|testing|specs?|__tests__|e2e|cypress|playwright|test[-_]?data|"
               r"testutils?|integration[-_]tests?|unit[-_]tests?"),
        r"/(?:tests?|testing|spec|conftest)[_.-][^/]*\Z",
        r"[_.-](?:(?:app|e2e|it|unit)?spec|(?:e2e|unit)?tests?|unittest)\.\w+(?:\.\w+)?\Z",
        r"(?-i:Tests?|Spec|IT)\.(?:java|kt|cs|scala|groovy|swift|php)\Z",
        r"/[^/]*\.(?:tests?|specs?)\.env|\.env\.(?:test|testing|ci|e2e)\Z",
    ),
    PathKind.SAMPLE: _of(
        _below(r"(?:[\w-]*[_-])?fixtures?|mocks?|__mocks__|(?:[\w-]*[_-])?examples?|example[_-][\w-]+|samples?|demos?|tutorials?|seeds?|seeders?|stubs?|"
               r"stories|storybook|playground|cookbook|notebooks?|_?archived?|challenges?|lessons?|exercises?|cassettes"),
        # `template.yaml` by itself is what CloudFormation deploys.
        r"[/_.-](?!(?<![_.-])template\.(?:ya?ml|json)\Z)(?:examples?|samples?|dist|template|tmpl|mocks?|fixtures?|seed|demo|dummy|stories)(?=[_.-][^/]*\Z|\Z)",
    ),
    PathKind.DOCUMENT: _of(
        _below(r"(?:[\w-]*[_-])?docs?|documentation|wiki|man"),
        r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|tex|texi|pod|man|[1-8])\Z",
        r"/(?:readme|changelog|changes|contributing|history|news)(?:\.[a-z]{1,5})?\Z",
    ),
    PathKind.VENDORED: _of(
        _below(r"node_modules|bower_components|vendor|vendored|third[-_]?party|site-packages|dist-packages|\.?venv|"
               r"virtualenv|__pycache__|\.tox|\.nox|\.yarn|\.pnpm[\w-]*|pods|carthage|deps|botocore|bundled|"
               r"(?:mini|ana)(?:conda|forge)\d?"),
        # Python's own library and headers of C in a committed environment.
        r"/lib(?:64)?/python\d[\d.]*/|/include/(?:openssl|python\d[\d.]*)/|/get-pip\.py\Z",
        # What a Helm chart depends on.
        r"/charts/[^/]+\.tgz!/",
        r"\.jar!/(?:org/(?:apache|bouncycastle|conscrypt|eclipse|jboss|springframework)|io/(?:grpc|netty|vertx)|"
        r"com/(?:amazonaws|azure|fasterxml|google|sun))/",
        r"/[\w.-]+\.dist-info/|/[\w.-]+\.egg-info/",
    ),
    PathKind.RECORDED: _of(
        _below(r"cassettes?|vcr[\w-]*|recordings?|__snapshots__|snapshots?|goldens?|traces?|replays?|(?:[\w-]*[_-])?datasets?"),
        r"\.(?:har|trace\.json|jsonl|ndjson|snap)\Z",
        r"/(?:[\w-]*[_-])?(?:benchmarks?|leaderboards?|evals?|evaluations?)/(?:.*/)?[^/]*\.(?:json|csv|tsv|txt|xml)\Z",
        r"/(?:[\w-]*[_-])?(?:results?|predictions?|trajector(?:y|ies)|trajs?|transcripts?|conversations?|rollouts?)/"
        r"(?:.*/)?[^/]*\.(?:json|jsonl|csv|tsv|txt|md|xml)\Z",
        r"/(?:[\w-]*[_-])?(?:benchmarks?|evals?|evaluations?)/(?:.*/)?data/[^/.]+\Z",
        r"/[^/]*(?:openapi|swagger)[^/]*(?:/(?:.*/)?[^/]*)?\.(?:ya?ml|json)\Z",
    ),
    # Files of records, by the directory that they are kept in.
    PathKind.DATA: _below(
        r"(?:[\w-]*[_-])?(?:data|databases?|corpus|corpora|tasks|questions|scenarios|episodes|problems)"
    ) + r"(?:.*/)?[^/]*\.(?:json|jsonl|ndjson|csv|tsv|txt)\Z",
    PathKind.LOG: r"\.(?:log|out|csv|tsv)\Z",
    # Browsers keep the scripts of a page that they save in a directory beside it.
    PathKind.PAGE: _of(
        r"\.(?:html?|xhtml|mht|mhtml|cshtml|jsp|erb|ejs|hbs)\Z",
        r"/[^/]{1,200}_files/[^/]*\.js\Z",
    ),
    PathKind.CONFIGURATION: _of(
        r"/[^/]*\.env(?:\.[\w.-]+)?\Z",
        r"\.(?:ya?ml|toml|ini|cfg|conf|config|properties|env|tfvars|plist|npmrc|pypirc|netrc|envrc)\Z",
    ),
    # Long random strings are the rule here: locks, minified and compiled files, translations, certificates.
    PathKind.NOISY: _of(
        r"/(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|poetry\.lock|Pipfile\.lock|"
        r"uv\.lock|pdm\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|go\.sum|flake\.lock|packages\.lock\.json|mix\.lock|"
        r"Podfile\.lock|gradle\.lockfile|buildscript-gradle\.lockfile|verification-metadata\.xml|\.terraform\.lock\.hcl|"
        r"Package\.resolved|conda-lock\.ya?ml|RECORD)\Z",
        r"\.(?:min\.js|min\.css|map|snap|svg|lock|po|pot|xlf|xliff|strings|arb|sum|css|sha256|asc|crt|cer|afm|pub|pyc|"
        r"tfstate\.backup)\Z",
        # An index for searching a manual, and what builds of Next.js and git-secret note of files.
        r"/search_?index\.js(?:on)?\Z|/(?:prerender|server-reference)-manifest\.js(?:on)?\Z|/\.gitsecret/paths/",
        # What browsers keep of a profile, and PyCharm of notebook servers, each run of which has its own token.
        r"/\.idea/jupyter-settings\.xml\Z",
        r"/(?:chrom\w{1,6}_)?(?:(?:secure )?preferences|browsingtopicsstate|local state)(?:\.json)?\Z",
        r"/messages/[a-z]{2}(?:[-_][A-Z]{2})?(?:\.json\Z|/)",
        _below(r"locales?|i18n|translations?|lang|langs|__snapshots__|\.next|\.nuxt|_next/static"),
        r"/assets/[^/]*-(?-i:(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*[0-9])[\w-]{8})\.(?:js|css|mjs)\Z",
        r"[.-][0-9a-f]{8,20}\.(?:js|css|mjs)\Z|[/.-](?:bundle|chunk)\.js\Z",
    ),
    # What a program wrote from a description of an interface.
    PathKind.GENERATED: _of(
        r"[._-](?:generated|gen|g)\.\w{1,6}\Z",
        r"/(?:__)?generated(?:__)?/",
        r"_pb2(?:_grpc)?\.pyi?\Z|\.pb\.(?:go|cc|h)\Z",
    ),
    # What runs for each commit, and starts its own databases and users.
    PathKind.PIPELINE: _of(
        r"/\.(?:github/(?:workflows|actions)|(?:gitea|forgejo)/workflows|circleci|buildkite|semaphore|woodpecker)/",
        r"/(?:\.gitlab-ci|\.travis\.yml|\.drone\.yml|\.woodpecker\.yml|azure-pipelines|bitbucket-pipelines)",
    ),
}  # fmt: skip
