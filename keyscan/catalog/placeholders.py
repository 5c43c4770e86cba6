"""Words that stand where a secret belongs, and values that vendors and standards publish: data and one predicate."""

from __future__ import annotations

import re
from functools import cache

# Words that people write in examples, templates and manuals instead of a value. Short ones (`my`, `key`) count only
# beside others: `engine/filters/placeholders.py` asks how much of a value they explain.
WORDS = (
    "example placeholder your yours change changeme changeit replace insert dummy sample redacted hidden masked "
    "todo fixme foobar foo bar baz notreal not real fake mock deadbeef cafebabe lorem ipsum secret key api apikey "
    "removed token password passwd pass here goes this that the my me a an is it test tests testing demo asdf qwerty "
    "invalid value string none null undefined unknown default local localhost staging enter paste put some any random "
    "just for please with from with of in use only do never commit access auth client user username admin root account "
    "id project org organization service public private env environment var variable generated long very super secure "
    "hello world abc xyz asdfgh hunter2 sensitive credential credentials bearer sandbox stub temp temporary wrong "
    "expired bad good valid correct incorrect old new another other first second different openai anthropic llm gpt "
    "claude qazwsx qazwsxedc edcrfv zxcvbn poiuyt"
)

# Runs of neighbours on a keyboard or in an alphabet are found apart; these are the words of `WORDS`, longest first.
WORD_LIST: tuple[str, ...] = tuple(sorted(set(WORDS.split()), key=lambda word: (-len(word), word)))

# What people hash to see what a digest looks like, besides the words above.
COMMON_TEXTS = (
    *("", "a", "data", "message", "content", "abc123", "qwerty123", "letmein", "welcome", "iloveyou"),
    *("123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "111111", "000000"),
    *("Password", "password1", "Password1", "password123", "passw0rd", "p@ssw0rd", "P@ssw0rd", "admin123", "admin888"),
    *("test123", "Hello", "hello world", "Hello world", "Hello World", "Hello, World!"),
    "The quick brown fox jumps over the lazy dog",
)

# Values that are printed in documents and that programs check against; public, whoever sees them.
# RFC 6749, 6750, 7662 and 7617; RFC 6238 and RFC 4226 (the TOTP secret); RFC 7515 appendix A.1; NIST SP 800-38A
# and FIPS 197 (AES vectors); the storage and the database emulator of Azure; MongoDB's connection strings;
# the local development stack of Supabase; the documentation of AWS; the TOTP secret of most tutorials;
# signatures of the tokens that PyJWT's documentation and jwt.io show; the specification of Standard Webhooks; the
# manuals of Google's API keys, of GitHub and of Stripe; what Grafana's `defaults.ini` sets for `secret_key`;
# the secret of Gemini's command-line tool, which Google publishes as that of an installed application;
# what Edge itself sends to read a page aloud, which every program for its voices copies;
# the accounts of Hardhat and Anvil, derived from `test ... junk` along m/44'/60'/0'/0;
# the samples in Rasa's `credentials.yml`; Google's keys in analytics.js.
_PUBLISHED = (
    "2YotnFZFEjr1zCsicMWpAA",
    "tGzv3JOkF0XG5Qx2TlKWIA",
    "SplxlOBeZQQYbYS6WxSbIA",
    r"mF_9\.B5f-4\.1JqM",
    "45ghiukldjahdn",
    "czZCaGRSa3F0MzpnWDFmQmF0M2JW",
    "7Fjfp0ZBr1KtDRbnfVdmIw",
    "QWxhZGRpbjpvcGVuIHNlc2FtZQ",
    "JBSWY3DPEHPK3PXP",
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T",
    "(?i:2b7e151628aed2a6abf7158809cf4f3c)",
    "(?i:000102030405060708090a0b0c0d0e0f)",
    "(?i:603deb1015ca71be2b73aef0857d7781)",
    "(?i:8e73b0f7da0e6452c810f32b809079e5)",
    r"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    r"C2y6yDjf5/R\+ob0N8A7Cgv30VRDJIWEHLM\+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    "(?i:D1fficultP(?:%40|@)ssw0rd)",
    "SW2YcwTIb9zpOOhoPsMm",
    "16C7e42F292c6912E7710c838347Ae178B4a",
    "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq",
    "4uHgMPm-1o7Sk-geV6Cu5clXFsxl",
    "(?i:6A5AA1D4EAFF4E9FB37E23D68491D6F4)",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    # What `supabase start` prints for each installation (https://supabase.com/docs/guides/local-development).
    "850181e4652dd023b7a98c58ae0d2d34|625729a08b95bf1b7ff351a663f3a23c|N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    "wJalrXUtnFEMI/K7MDENG",
    "AKIAIOSFODNN7|AKIAI44QH8DHB",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "DaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe|4eC39HqLyjWDarjtT1zdp7dc",
    (
        "(?i:ac0974bec39a17e36ba4a6b4|59c6995e998f97a5a0044966|5de4111afa1a4b94908f8310|7c852118294e51e653712a81|"
        "47e179ec197488593b187f80|8b3a350cf5c34c9194ca8582|92db14e403b83dfe3df233f8|4bbbf85ce3377467afe5d46f|"
        "dbda1821b80551c9d6593932|2a871d0798f97d79848a013d|f214f2b2cd398c806f84e317|701b615bbdfb9de65240bc28|"
        "a267530f49f8280200edf313|47c99abed3324a2707c28aff|c526ee95bf44d8fc405a158b|8166f546bab6da521a8369ca|"
        "ea6c44ac03bff858b476bba4|689af8efa8c651a91ad28760|de9be858da4a475276426320|df57089febbacf7ba0bc227d)"
    ),
    "AAGlRxinBRtKGb21_rlOEMtDFZMX|286425452756-safjasdf7sl38KLls|e1b9e11dfcd19c1982d5203921e1",
    "3e34709d01ea89032asdebfe5a74518|EAAbHPa7H9rEBAAuFk4Q3gPKbDedQnx4djJJ1JmQ7CAqO4iJKrQcNT0wtD",
    "SyA65lEHUEizIsNtlbNo-l2K18dT680nsaM",
    "4twFt5NiznN84AWoo1d7KO1T_yoc0Z6XOpOVswacPZg|SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
)
# Hosts that are reserved for examples (RFC 2606, RFC 6761) or that documents use as such.
_SAMPLE_HOSTS = (
    rb"(?i:(?:^|[@/.])(?:[\w-]+\.)*(?:example|test|invalid)(?::\d+)?(?:[/\"'`\s?#]|\Z)|"
    rb"(?:^|[@/.])example\.(?:com|org|net|io|dev|mongodb\.net|supabase\.co)(?![\w-]|\.\w))"
)


def is_published(value: bytes) -> bool:
    """Whether `value` contains one that documents print."""
    return _compiled("|".join(_PUBLISHED).encode()).search(value) is not None


def is_sample_host(text: bytes) -> bool:
    """Whether `text` holds a host name that is reserved for examples, such as `db.example.org`."""
    return _compiled(_SAMPLE_HOSTS).search(text) is not None


@cache
def _compiled(text: bytes) -> re.Pattern[bytes]:
    """The expression, compiled when it is first needed: no module of the start-up pays for it."""
    return re.compile(text)
