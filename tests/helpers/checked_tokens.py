"""Templates of tokens that hold a checksum, by the check that proves them."""

from __future__ import annotations

# check: (template, first character that it covers, does a maker's token prove it)
PROVED = {
    "crc32-base62": [
        ("ghp_{alnum:30}{crc32-base62:ghp_}", 4),
        ("ghr_{alnum:70}{crc32-base62:ghr_}", 4),
        ("npm_{alnum:30}{crc32-base62:npm_}", 4),
        ("vcp_{b64url:50}{crc32-base62:vcp_}", 4),
    ],
    "github-fine-grained": [("github_pat_{alnum:22}_{alnum:43}{sha256-base32:github_pat_}", 0)],
    "crc32-hex": [("cfut_{alnum:40}{crc32-hex:cfut_}", 5)],
    "crc32-hex-little": [("glsa_{alnum:32}_{crc32-hex-little:glsa_}", 0)],
    "gitlab-routable": [("glpat-{b64url:32}.01.{gitlab-tail:glpat-}", 0)],
    "age": [("AGE-SECRET-KEY-1{age:52}", 0)],
}
ROWS = [(check, template, start) for check, rows in PROVED.items() for template, start in rows]
