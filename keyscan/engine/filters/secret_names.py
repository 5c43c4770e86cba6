"""What a name says of its value: `db_password` holds a secret, `password_field` is about one."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from keyscan.support.lazy_pattern import lazy_pattern

_WORD = lazy_pattern(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Read from the right, the word that says what the name holds. What is about a secret, but none itself:
_ABOUT = frozenset(
    b"type types typ name names id ids url urls uri uris path paths file files filename dir directory folder field "
    b"fields label labels title text message messages msg error errors err warning help hint hints description desc "
    b"placeholder prompt length len size count limit min max num number index idx pos position offset start begin "
    b"expires expiry expiration expire ttl timeout lifetime age days duration interval date time at regex regexp re "
    b"pattern patterns format policy policies rule rules rotation version ref reference header headers param params "
    b"parameter parameters arg args argument option options attr attribute attributes property prop column row table "
    b"model class cls func function method fn handler factory provider providers service services manager store "
    b"storage repository repo generator encoder decoder encryptor validator checker parser filter filters reset "
    b"change changed confirm confirmation page view form input box button link icon image template templates endpoint "
    b"host port server scope scopes audience issuer claim claims algorithm alg method mode status state enabled "
    b"disabled required optional valid invalid verified exists present is has allow allowed mechanism source sources "
    b"target event events action actions command cmd script test tests spec class flag prefix suffix separator sep "
    b"delimiter kind category group groups list set map dict array config configuration settings context info "
    b"metadata meta data schema resource request response result output callback hook listener strategy strength "
    b"hash hashed hashes digest digests checksum fingerprint thumbprint signature sha sha1 sha256 md5 bcrypt "
    b"encrypted encoding encoded arn mount volume vault engine role alias aliases charset chars characters alphabet "
    b"ize izer ized izers izing izes ization usage used budget stream bucket span spans budgets per total postfix "
    b"keyword keywords address addresses csrf xsrf encoded encode decode decoded".split()
)
# Trailing words that leave the name as it was: `password_1`, `TOKEN_PROD`.
_NEUTRAL = frozenset(
    b"value val string str default prod production dev development staging stage test live old new primary secondary "
    b"main master local global v1 v2 v3 b64 base64 base bytes raw plain plaintext text env variable var".split()
)
_SECRETS = frozenset(
    b"password passwd pass pwd pswd psw pw passphrase passcode passwort secret secrets token apikey key keys "
    b"credential credentials cred creds auth authorization bearer passwords passphrases pwds tokens".split()
)
# A secret key and a personal access token, behind a service's name: `volc_sk`, `GITHUB_PAT`.
_SHORT_FORMS = frozenset(b"sk pat".split())
_WEAK = frozenset(b"salt session cookie sessionid".split())
_PASSWORDS = frozenset(
    b"password passwd pass pwd pswd psw pw passphrase passcode passwort passwords passphrases pwds requirepass assword "
    b"masterauth rootpw bindpw storepass keypass psk rpcpassword".split()
)
_KEY_KINDS = frozenset(
    b"api access auth private encryption master account shared signing service license client secret app "
    b"authentication crypto cipher aes hmac jwt consumer subscription admin root functions host".split()
)
# `primary_key`, `foreign_key`, `sort_key`, `public_key`: names, or meant to be seen.
_PUBLIC_KEYS = frozenset(
    b"public primary foreign sort partition hash range cache object index lookup map group dict natural unique "
    b"config translation i18n message publishable site pub verify verification crew task agent job queue event route "
    b"idempotency idempotence dedupe dedup storagekey query react row item field node tree label menu tab component "
    b"current registry state reducer redis bucket s3 blob document doc entity record parent child composite candidate "
    b"project incident surrogate hot shortcut keyboard arrow enter escape press down up game trace span metric tag "
    b"product tenant change img image socket websocket gpg pgp tool "
    b"id uid uuid slug "
    b"file experiment form sentry metadata attribute annotation header setting settings preference preferences "
    b"color theme style design activation write measurement beacon tracking analytics recaptcha sitekey".split()
)


# Tokens that say where a listing goes on, or that a request is the same one.
_HANDLES = frozenset(
    b"next page paging pagination continuation continue lock idempotency idempotent sync marker resume cursor "
    b"change action client import cancel cancellation start starting previous prev task upload job query scroll "
    b"csrf xsrf authenticity encoded hash hashed encrypted nonce request invalid wrong expired fake dummy mock "
    b"unsigned image images ms thumbnail theme design color colour font spacing style captcha recaptcha prompt "
    b"completion input output total max min lexer parser syntax special eos bos pad unk mask sep cls mixpanel "
    b"project form view state stream media video photo avatar file download share vote like ice replay preview "
    b"first last end word sub stop text bad type quantity symbol erc20 nft mint swap pool lp docs doc document "
    b"documents spreadsheet spreadsheets sheet folder wiki website middleware link invite invitation sealed "
    b"unsubscribe casa sample scene annotation sensor pose category profile postman".split()
)

# What is called with a secret's name, not with the secret.
_GETTERS = frozenset(
    b"get load read fetch find lookup retrieve delete remove has list require resolve describe check is count encode "
    b"decode generate create make validate verify parse mask redact hash from reset forgot tokenize print log "
    b"clone normalize sanitize".split()
)


# Names that are written without anything between their words: `authkey`, `jwtsecret`.
_JOINED = tuple(
    b"apikey secretkey accesskey authkey privatekey encryptionkey signingkey masterkey accountkey sharedkey licensekey "
    b"servicekey secret token".split()
)


# Keys that are compared with those of others: public halves and fingerprints.
_ACCEPTED = frozenset(b"allowed authorized authorised trusted known accepted pinned".split())
# Variables that begin with these and `PUBLIC` are copied into pages, whatever they hold.
_FRAMEWORKS = frozenset(b"next expo nuxt".split())
# Names of what stands in the place of a secret, and of blockchains that a developer starts for himself.
_UNREAL = frozenset(
    b"redacted masked mask blank placeholder tiktoken obfuscated scrubbed anvil hardhat ganache".split()
)


# What a site gives with each of its forms, as cookies and fields call it.
_FORM_TOKENS = (b"csrftoken", b"xsrftoken", b"csrfmiddlewaretoken")


class Kind(IntEnum):
    """What a name says of its value; ordered by how much that counts."""

    NONE = 0
    WEAK = 1
    VENDOR = 2
    SECRET = 3
    PASSWORD = 4


def words_of(name: bytes) -> list[bytes]:
    """The words of a name in any case style, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(4096)
def kind_of(name: bytes, *, call: bool = False) -> Kind:
    """The kind of value that `name` indicates; `call`: it is a function that is called with the value."""
    words = _telling_words(name)
    # `_token` is what Laravel calls the token of a form, `csrfmiddlewaretoken` what Django calls it.
    if (
        name == b"_token"
        or name.lower().endswith(_FORM_TOKENS)
        or not _UNREAL.isdisjoint(words)
        or words[:1] == [b"libsecret"]
    ):
        return Kind.NONE
    if words and words[-1] in {b"key", b"keys"} and not (_ACCEPTED.isdisjoint(words) and _is_private(words)):
        return Kind.NONE
    if not words or words[-1] in _ABOUT or (call and not _GETTERS.isdisjoint(words[:-1])):
        return Kind.NONE
    last, before = words[-1], words[-2] if len(words) > 1 else b""
    if _is_ciphertext(words) or words[-2:] == [b"message", b"secret"]:
        return Kind.NONE  # WhatsApp has the latter with each message
    if last in _PASSWORDS or last.endswith((b"password", b"passwd", b"passphrase", b"pwd", b"storepass", b"keypass")):
        # WebRTC's `ice-pwd` is made anew for every session.
        return Kind.NONE if before == b"ice" else Kind.PASSWORD
    if last in _WEAK:
        return Kind.WEAK
    if last in {b"key", b"keys"}:
        return _kind_of_key(last, before)
    if last in {b"token", b"tokens"} and not _HANDLES.isdisjoint(_own_words(name, words)[:-1]):
        return Kind.NONE
    if last.endswith(_JOINED) or last in _SECRETS:
        return Kind.SECRET
    return _kind_of_rest(words, upper=name.isupper())


def _is_private(words: list[bytes]) -> bool:
    """Whether the name of a key does not call it public, as `sparkle_public_ed_key` does."""
    return b"public" not in words[:-1] or words[0] in _FRAMEWORKS


def is_issued(name: bytes) -> bool:
    """Whether `name` is that of what a service issues, a token or an API key, not of a secret that people choose."""
    words = _telling_words(name)
    return bool(words) and (
        words[-1].endswith((b"token", b"apikey", b"accesskey")) or words[-2:] in ([b"api", b"key"], [b"access", b"key"])
    )


def _kind_of_rest(words: list[bytes], *, upper: bool) -> Kind:
    """The kind of a name whose last word says nothing; it may begin with what it holds: `API_KEY_OPENAI`."""
    if words[-1] in _SHORT_FORMS:
        return Kind.VENDOR if len(words) > 1 else Kind.NONE
    if words[0] in _PASSWORDS or (upper and words[0] in {b"secret", b"token"}):
        return Kind.VENDOR
    if len(words) > 2 and words[0] in _KEY_KINDS and words[1] == b"key":  # noqa: PLR2004
        return Kind.VENDOR
    return Kind.NONE if _SECRETS.isdisjoint(words) else Kind.WEAK


def _telling_words(name: bytes) -> list[bytes]:
    """The words of `name` without numbers and stages at its end."""
    words = words_of(name)
    while len(words) > 1 and (words[-1].isdigit() or (words[-1] in _NEUTRAL and not _SECRETS.isdisjoint(words[:-1]))):
        words.pop()
    return words


def _own_words(name: bytes, words: list[bytes]) -> list[bytes]:
    """The words of the last part of a dotted name, if there are several: `auth-token` of `acme.client.auth-token`."""
    last = _telling_words(name.rpartition(b".")[2])
    return last if len(last) > 1 else words


def _is_ciphertext(words: list[bytes]) -> bool:
    """Whether a name says that its secret is encrypted: `encrypted_api_key`, but not `encrypted_volume_key`."""
    if words[0] == b"enc":  # `enc_key` is a key to encrypt with
        return words[-1] in _PASSWORDS
    is_key = words[-1] in {b"key", b"keys"}
    return words[0] == b"encrypted" and (
        not is_key or words[-2] in {b"encrypted", b"api", b"private", b"secret", b"access", b"aes", b"symmetric"}
    )


def _kind_of_key(last: bytes, before: bytes) -> Kind:
    if before in _PUBLIC_KEYS:
        return Kind.NONE
    if before in _KEY_KINDS:
        return Kind.SECRET
    if before in _WEAK:
        # `session_key`, `cookie_key`: what signs them, or which one it is.
        return Kind.WEAK if before == b"sessionid" else Kind.VENDOR
    return Kind.VENDOR if last == b"key" and len(before) > 2 and not before.isdigit() else Kind.WEAK  # noqa: PLR2004
