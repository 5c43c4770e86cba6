"""How severe a key of a named format is by its place."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset.cache import load_rules

RULES = load_rules()
MATCHER = Matcher(RULES, KeywordPrefilter(RULES))


def worst(path, template):
    """The highest severity of what `template`, filled, holds in a file at `path`."""
    matches = MATCHER.scan(token(template, path).encode(), path=path).matches
    return max((match.severity for match in matches), default=None)


@pytest.mark.parametrize(
    ("path", "template", "severity"),
    [
        ("docker-compose.yml", "NEXT_PUBLIC_FIREBASE_API_KEY: AIzaSy{b64url:33}\n", Severity.LOW),
        ("QUERY.sql", "url: mysql://demouser:Orchard_demo7@db.acme.io:3306/shop\n", Severity.LOW),
        ("QUERY.sql", "url: mysql://demouser:{alnum:20}7@db.acme.io:3306/shop\n", Severity.HIGH),
        ("QUERY.sql", "url: mysql://democracy:Orchard_demo7@db.acme.io:3306/shop\n", Severity.HIGH),
        ("config.yaml", "url: mysql://root:gAAAAA{b64url:93}@mysql:3306/shop\n", Severity.LOW),
        ("config.yaml", "url: mysql://root:gAAAAA{b64url:93}%3D%3D@db.acme.io:3306/shop\n", Severity.LOW),
        ("config.yaml", "url: mysql://root:{b64url:93}@db.acme.io:3306/shop\n", Severity.HIGH),
        ("docker-compose.yml", "GEMINI_API_KEY: AIzaSy{b64url:33}\n", Severity.CRITICAL),
        ("ios/GoogleService-Info.plist", "<string>AIzaSy{b64url:33}</string>\n", Severity.LOW),
        ("ios/Info.plist", "<string>AIzaSy{b64url:33}</string>\n", Severity.CRITICAL),
        ("tests/fixtures/article.html", "<script>k='AIzaSy{b64url:33}'</script>\n", Severity.LOW),
        ("bench/datasets/code/a.json", "apiKey: 'AIzaSy{b64url:33}'\n", Severity.LOW),
        ("bench/datasets/load.py", "api_key = 'AIzaSy{b64url:33}'\n", Severity.HIGH),
        ("repo/netty.jar!/io/netty/handler/ssl/OpenSsl.class", "{pem:PRIVATE KEY}\n", Severity.LOW),
        ("app.jar!/config/Ssl.class", "{pem:PRIVATE KEY}\n", Severity.HIGH),
        ("servers.json", '{{"example": "{jwt:sub=user-7}"}}', Severity.LOW),
        ("html/searchindex.js", '"azure_openai_key": [16, 20], "b": [55], "{hex:32}": 109', Severity.LOW),
        ("html/searchindex.js", '"gemini_key": [16, 20], "AIzaSy{b64url:33}": 109', Severity.CRITICAL),
        ("src/gcp.rs", '#[test]\nfn f() {{\n    let k = "{pem:RSA PRIVATE KEY}"\n}}', Severity.MEDIUM),
        ("src/gcp.rs", 'fn f() {{\n    let k = "{pem:RSA PRIVATE KEY}"\n}}', Severity.HIGH),
        ("ghes.json", '"example": {{\n "pem": "{pem:RSA PRIVATE KEY}"', Severity.LOW),
        ("ghes.json", '"owner": {{\n "pem": "{pem:RSA PRIVATE KEY}"', Severity.HIGH),
        ("servers.json", '{{"token": "{jwt:sub=user-7}"}}', Severity.MEDIUM),
        ("web/Home_files/analytics.js", 'x.open("https://ampcid.a.com/?key=AIzaSy{b64url:33}")\n', Severity.LOW),
        ("player.py", 'url = "https://www.youtube.com/youtubei/v1/player?key=AIzaSy{b64url:33}"\n', Severity.LOW),
        (
            "a.py",
            "u='https://b.io/a?q-ak=AKID{alnum:32}&q-sign-time=1715000000%3B1715003600'",
            Severity.LOW,
        ),
        ("a.py", "u='https://b.io/a?q-ak=AKID{alnum:32}&q-sign-time=4870000000;4870003600'", Severity.MEDIUM),
        (
            "a.py",
            "u='https://b.io/0?X-Tos-Credential=AKLT{alnum:44}&X-Tos-Date=20250119T074530Z&X-Tos-Expires=86400'",
            Severity.LOW,
        ),
        ("a.py", "u='https://b.io/a.png?OSSAccessKeyId=LTAI5t{alnum:18}&Expires=36000000000'", Severity.LOW),
        ("e2e/a_test.go", '{{"auths":{{"r:5000":{{"auth":"{base64:invalid:wrong}"}}}}}}', Severity.LOW),
        ("a_test.ts", 'expect("Server=tcp:a.database.windows.net;User ID=a;Password=fresh-token;")', Severity.LOW),
        ("static/index.mhtml", "key=3DAIzaSy{b64url:33}&amp;token=3D1", Severity.LOW),
        ("web/home/analytics.js", 'x.open("https://ampcid.a.com/?key=AIzaSy{b64url:33}")\n', Severity.CRITICAL),
        ("web/index.html", "<script>k='AIzaSy{b64url:33}'</script>\n", Severity.CRITICAL),
        (".gitleaks.toml", "regexes = ['''ghp_{alnum:30}{crc32-base62:ghp_}''']\n", Severity.CRITICAL),
        (".gitleaks.toml", "regexes = ['''AKIA{base32:16}''']\n", Severity.LOW),
        ("deploy/gitleaks.sh", "key='AKIA{base32:16}'\n", Severity.MEDIUM),
        ("trufflehog_runner.py", "key = 'AKIA{base32:16}'\n", Severity.MEDIUM),
        ("talisman.yaml", "key: AKIA{base32:16}\n", Severity.MEDIUM),
        (".secretsignore", "AKIA{base32:16}\n", Severity.LOW),
        ("settings.toml", "key = 'AKIA{base32:16}'\n", Severity.MEDIUM),
        ("README.md", "![b](https://circleci.com/gh/a/b.svg?style=shield&circle-token={hex:40})\n", Severity.LOW),
        ("modules/monitor.py", '    datadog_api_key: "{hex:32}"\n', Severity.MEDIUM),
        ("modules/monitor.yml", 'datadog_api_key: "{hex:32}"\n', Severity.HIGH),
        ("db.py", "url = 'mongodb+srv://app:R7{alnum:11}x@c0.ab1cd.mongodb.net'\n", Severity.CRITICAL),
        ("compose.yml", "URL: postgres://app:{alnum:14}7aQ{alnum:6}@db:5432/app", Severity.MEDIUM),
        ("compose.yml", "URL: postgres://app:blue-kite-42@db:5432/app", Severity.LOW),
        ("tests/db.py", "url = 'mongodb+srv://app:R7{alnum:11}x@c0.ab1cd.mongodb.net'\n", Severity.HIGH),
        ("tests/db.py", "url = 'mongodb+srv://app:p%40ss@c0.ab1cd.mongodb.net'\n", Severity.LOW),
        ("tests/a.py", "'Authorization: Basic {base64:user:supersecret12}'\n", Severity.LOW),
        ("a.py", "headers (e.g. {{'Authorization': 'Basic {base64:user:rootadmin12}'}})\n", Severity.LOW),
        ("a.py", "headers = {{'Authorization': 'Basic {base64:user:rootadmin12}'}}\n", Severity.HIGH),
        ("tests/a_test.go", "var testingKey = `{pem:RSA PRIVATE KEY}`\n", Severity.LOW),
        ("tests/a_test.go", "var serverKey = `{pem:RSA PRIVATE KEY}`\n", Severity.LOW),
        ("tests/fixtures/dummy.pem", "{pem:RSA PRIVATE KEY}\n", Severity.LOW),
        ("examples/cert/client.key", "{pem:RSA PRIVATE KEY}\n", Severity.LOW),
        ("tests/keys/id_rsa", "{pem:RSA PRIVATE KEY}\n", Severity.MEDIUM),
        ("nginx/ssl/server.key", "{pem:RSA PRIVATE KEY}\n", Severity.HIGH),
        ("deploy/keys.go", "var testingKey = `{pem:RSA PRIVATE KEY}`\n", Severity.HIGH),
        (
            "voices.ts",
            "'https://a.blob.core.windows.net/x/1.wav?sv=1&sr=b&sig={b64:43}%3D&se=2122-07-08&sp=rl'",
            Severity.LOW,
        ),
        (
            "voices.ts",
            "'https://a.blob.core.windows.net/x/1.wav?sv=1&sr=b&sig={b64:43}%3D&se=2122-07-08&sp=rw'",
            Severity.HIGH,
        ),
        (
            "voices.ts",
            "'https://a.blob.core.windows.net/x?sv=1&sr=c&sig={b64:43}%3D&se=2122-07-08&sp=rl'",
            Severity.HIGH,
        ),
        (
            "notes.md",
            '<img src="https://a.blob.core.windows.net/x?se=2124-01-13&sr=b&rscd=a%3D{alnum:210}.webp&sig={b64:43}%3D">',
            Severity.LOW,
        ),
        ("examples/rest/localhost.key", "{pem:PRIVATE KEY}\n", Severity.LOW),
        ("examples/rest/server.key", "{pem:PRIVATE KEY}\n", Severity.MEDIUM),
        ("tests/server.key", "{pem:RSA PRIVATE KEY}\n", Severity.MEDIUM),
        ("lake/data/pay.json", '"url": "mysql://shop:{alnum:20}7@db.acme.io:3306/shop"', Severity.MEDIUM),
        ("src/pay.json", '"url": "mysql://shop:{alnum:20}7@db.acme.io:3306/shop"', Severity.HIGH),
        ("tests/cassettes/a.yaml", 'string: \'{{"access_token": "ya29.{b64url:200}"}}\'', Severity.LOW),
        ("src/a.yaml", 'string: \'{{"access_token": "ya29.{b64url:200}"}}\'', Severity.HIGH),
        ("src/license.rs", 'const TOKEN: &str = "{jwt:sub=fake@acme.io}";', Severity.LOW),
        ("src/license.rs", 'const TOKEN: &str = "{jwt:sub=anna@example.com}";', Severity.LOW),
        ("src/license.rs", 'const TOKEN: &str = "{jwt:sub=anna@acme.io}";', Severity.MEDIUM),
        (".env", "SERVICE_KEY={jwt:iss=supabase-demo,role=service_role}", Severity.LOW),
        ("a.py", 'u = "https://acme.io/oauth/authorize?scope=a&state=production_{jwt:sub=user-7}"', Severity.LOW),
        ("saved.html", '<script>{alnum:200} token="{jwt}"</script>', Severity.LOW),
        ("README.md", "curl -H 'Authorization: Bearer {jwt:iss=abcd,sub=test}'\n", Severity.LOW),
        ("README.md", "curl -H 'Authorization: Bearer {jwt:iss=acme,sub=u-7}'\n", Severity.MEDIUM),
        ("client.py", 'headers = {{"Authorization": "Bearer {jwt:iss=abcd,sub=test}"}}\n', Severity.MEDIUM),
        ("page.html", '<script>token="{jwt}"</script>', Severity.MEDIUM),
        ("server_test.py", "# TestBM25FBlockMemtableImpactNotPruned covers weaviate\n", None),
        ("tests/a.py", "'Authorization: Basic {base64:user:Gk7#tq2Lw9xPz4}'\n", Severity.MEDIUM),
    ],
)
def test_the_place_of_a_key_decides_how_severe_it_is(path, template, severity):
    """Firebase, other scanners' configuration, badges and invented passwords are low; a checksum is proof."""
    assert worst(path, template) == severity
