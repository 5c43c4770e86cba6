"""Secrets of no known provider: what stays silent, then what is found and how sure."""

import re

import pytest
import regex
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.engine.confirm import Pattern, start_ranges
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.engine.prefilter.truncate import atom
from keyscan.model.rule import Severity
from keyscan.ruleset import loader
from keyscan.ruleset.cache import load_rules
from keyscan.ruleset.regex_syntax import parse_tree

SILENT = [
    "to readable token IDs. The model was trained with the `EleutherAI/gpt-j-6b` one",
    '<string name="password_hint" translatable="false">{alnum:9}7{alnum:12}</string>',
    "the token for the parser is v2-of-the-api-4-all, see below",
    "Authorization: Bearer $ACCESS_TOKEN@{alnum:8}",
    "mysql -u root -p'${{DB_PASSWORD}}' shop",
    'cache.set("{lower:16}7{alnum:30}", key="cache_key")',
    'x = "f.until(b\\"Password: \\")\\nf.write(b\\"{alnum:20}\\\\n\\")"',
    "MicrosoftAppPassword=\nMicrosoftAppTenantId={uuid}\n",
    "1. Apply the patch identified by `{hex:40}`.",
    "// Only offered by nodes that pass `includeN8nOAuth2` (not Wait).",
    '"PASSWORD": "{base64:encrypted-password\n}",',
    "* for simple batch normalization pass `axes=[0]` (batch only).",
    '"image_pull_secrets": "List[V1LocalObjectReference]",',
    '@pulumi.type_token("azure-native:aad:NtlmV1")',
    'authorizer_credentials: typing.Optional[typing.Union[str, "_aws_iam_632e20f6.IRoleRef"]] = None,',
    "# The workspace can hold secrets (`LocalWorkspace(env=)`) and",
    "$l=i(1680,`Did you forget the token?`),eu=i(1681,`Unexpected end of expression`)",
    "password: '*{HEX:40}'",
    "password: SCRAM-SHA-256$4096:{b64:22}==${b64:43}=:{b64:43}=",
    '{{"note": "tokens = h*w*seconds*24/1024; 480p and 4k rates"}}',
    "Cache key: {alnum:32}7",
    "password1: {{{{salt.nacl.dec('{b64:43}=')|json}}}}",
    'password = decrypt("{b64:43}=")',
    'client_secret: "NACL[{b64:86}==]"',
    "blkid(token='UUID={uuid}')",
    'a.token=",DuplicateBinding:"+x',
    "Acme public key: {alnum:32}7",
    "items.sort(key=operator_itemgetter1)",
    'token = "styles.sidebar_item_with_token1"',
    'version_token = "v2.17.3-beta"',
    "curl -u your_api_key_here_1: https://api.acme.io/v1",
    'def f():\n    """The token: CRC-32 of what follows."""\n',
    "tokens: SHA-256 of the text",
    'secret = "AES-256-GCM"',
    'JWT_SECRET = "HS512"',
    "'password' => 'required|confirmed|min:8',",
    "'password' => 'min:6|max:20|regex_like:a,b',",
    'password = "password"',
    'password = "changeme"',
    'password = os.environ["DB_PASSWORD"]',
    'password: "${{DB_PASSWORD}}"',
    "password: {{{{ vault_db_password }}}}",
    "PASSWORD=$(pass show db)",
    "DB_PASSWORD=%DB_PASSWORD%",
    'token = "vault:secret/data/app#token1"',
    'token_type = "{alnum:24}"',
    'password = "550e8400-e29b-41d4-a716-446655440000"',
    'password_field = "id_password_1"',
    'passwordHash: "{hex:64}"',
    '"token": "keyword.operator.new"',
    'const API_KEY_HEADER = "X-Api-Key-V2"',
    'secretName: "my-tls-secret-2"',
    "token = tokenizer.next_token(4)",
    "password: str = None",
    'raise ValueError("password", "must be longer than 8")',
    'NextToken="{alnum:40}"',
    "token_url=https://login.example.org/oauth2/v2.0/token",
    'api_key = "<your-api-key-1>"',
    'apiKey: "xxxxxxxxxxxxxxxxxxxxxxxx"',
    'key: "sha256-{b64:43}="',
    '"password": "Please enter your password"',
    'password = "{{bcrypt}}$2a$10${alnum:53}"',
    "pass x={alnum:12}1",
    "# Just pass {hex:32} to it",
    "- Added cache for secrets {hex:40}",
    "- Fixed the token {hex:40}",
    "- Fixed the token - {hex:40}",
    "## Secrets\n\n{hex:40}\n",
    "    return token\n\n    @property\n    def x7(self):",
    'password = "ssh-ed25519"',
    'jvm_password = "-Xmx512m"',
    '{{"value": "{alnum:24}7", "name": "token_count"}}',
    '{{"value": "{alnum:24}7", "password": false}}',
    "ENCRYPTION_KEY:=enc:v1:AES256_GCM",
    "password: foo(bar1),baz2",
    'api_key = "maple-harbor-lantern-9522"',
    'new OpenAI("gpt-4o-mini-2024-07-18")',
    'openai.files.retrieve("file-{alnum:24}")',
    "PINECONE=my-documents-index-2-west",
    "[main]:587 it broke at foo:bar",
    "allow admin:changeme",
    'expect "Password:" {{ send "$password\\r" }}',
]
FOUND = [
    '<string name="api_token" translatable="false">{alnum:9}7{alnum:12}</string>',
    "[10:42] anna: the api_token for staging is {alnum:9}7{alnum:12}, keep it",
    "password for the build server: {alnum:9}7{alnum:12}",
    "curl -H 'Authorization: Bearer {alnum:6}@{alnum:6}7*{alnum:4}' https://api.corp/v1",
    "mysql -u root -p'x7&{alnum:8};K2' shop < dump.sql",
    "echo '{alnum:6}&7{alnum:6}Q' | docker login -u ci --password-stdin registry.corp",
    'keychain.set("{lower:16}7{alnum:30}", forKey: "falKey")',
    'store("{lower:52}7", key="azure_devops_pat")',
    "gh secret set DEPLOY_TOKEN -b{alnum:7}7{alnum:400}",
    "Acme API key: {alnum:32}7",
    "The acme api key is {alnum:32}7 for now.",
    "Acme secret key: {alnum:32}7",
    "[INFO] Sending a request\n[DEBUG] Using Key={alnum:31}7",
    "https://api.acme.io/v1/items?key={alnum:31}7&limit=5",
    "curl -u {hex:32}: https://api.acme.io/v1",
    "curl https://api.acme.io/v1 --user '{alnum:24}7:x' -d a=b",
    'honeybadger_token = "{alnum:40}"',
    'api_token = "v2.{lowernum:20}"',
    'api_token = "api_live.{alnum:5}3{alnum:5}.{alnum:12}7{alnum:19}"',
    'api_token = "pk.{hex:32}"',
    'api_token = "{b64:340}"',
    'api_key = "private_{hex:32}"',
    'MIXPANEL_API_SECRET = "{hex:32}"',
    'recaptcha_secret = "{alnum:40}"',
    'password = "{word:12}"',
    "DB_PASSWORD={alnum:16}7",
    "apiKey: '{alnum:32}',",
    '"client_secret": "{b64url:40}",',
    '{{"token" => "{hex:40}"}}',
    'token := "{alnum:30}"',
    "<password>{alnum:9}4!x</password>",
    '<add name="Password" value="x" password="{alnum:14}"/>',
    "ENV SECRET_KEY={alnum:30}2",
    "  api_key: {alnum:30}2",
    "curl https://x.example/v1?api_key={alnum:20}3 -o y",
    "tool --api-key {alnum:24} run",
    'headers = {{"Authorization": "Bearer {alnum:20}5{alnum:9}"}}',
    '$env:API_TOKEN = "{alnum:24}"',
    "spring.datasource.password={alnum:10}4!q",
    'os.environ["SERVICE_TOKEN"] = "{alnum:28}"',
    'String dbPassword = "{alnum:12}";',
    'os.getenv("APP_SECRET", "{alnum:24}")',
    '{{"admin_pwd": "{alnum:14}"}}',
    'pwds = ["{alnum:24}"]',
    'password = "{alpha:30}5{alpha:3}"',
    'password = "fQ=Kz7{alnum:9}%d"',
    'if (accessToken.equals("{alnum:24}")) {{',
    'Map.of("host", "db1", "refreshToken", "{alnum:24}");',
    '[("host", "db1"), ("session_secret", "{hex:32}")]',
    '{{ "BotToken", "{alnum:24}" }},',
    'new Map([["refreshToken", "{alnum:24}"]])',
    'resValue "string", "api_secret", "{hex:32}"',
    'buildConfigField("String", "API_SECRET", "\\"{alnum:24}\\"")',
    'requests.get(url, auth=("bob", "{hex:32}"))',
    "CREATE USER app IDENTIFIED BY '{hex:32}';",
    'apiToken = T.pack "{alnum:24}"',
    'const apiKey = <string>"{alnum:24}";',
    "  c_api_secret CONSTANT VARCHAR2(64) := '{alnum:24}';",
    'user, db_password = "bob", "{alnum:24}"',
    "01 WS-API-TOKEN PIC X(64) VALUE '{alnum:24}'.",
    'vercel env add API_TOKEN production <<< "{alnum:24}"',
    'def get_api_token():\n    return "{alnum:24}"',
    '<constructor-arg name="authToken"><value>{alnum:24}</value></constructor-arg>',
    "WIFI:T:WPA;S:office;P:{alnum:12}7;;",
    "npm config set //registry.acme.org/:_authToken {alnum:24}",
    'echo "##vso[task.setvariable variable=x;issecret=true]{alnum:24}"',
    "[smtp_password] => {alnum:20}7",
    "INFO [refresh_token: {alnum:24}7] accepted",
    "username admin privilege 15 password 0 {alnum:14}7",
    "Connect-Thing -Server db1 -WebhookSecret {alnum:24}",
    "let api_secret = {{|{alnum:14}7|}}",
    "${{API_TOKEN}}    {alnum:20}7",
    '{{"value": "{alnum:24}7", "name": "API_TOKEN"}}',
    '<add value="{alnum:12}7{alnum:12}" key="ClientSecret"/>',
    'req.setValue("{alnum:11}7{alnum:12}", forHTTPHeaderField: "X-Api-Key")',
    "### Api Key\n\n{alnum:11}7{alnum:12}\n",
    "2. Staging client secret:\n{alnum:11}7{alnum:12}\n",
    "bob: use api token {alnum:9}7{alnum:20} for now",
    "Private Key: {alnum:11}7{alnum:20}",
    "app.smtp-password {alnum:11}7{alnum:12}",
    '<property name="dbPassword">\n  <value>{alnum:20}</value>\n</property>',
    "DB_PASSWORD=x7(K,q&{alnum:8}Zq)w",
    'session_secret = "-{alnum:9}7aQ{alnum:20}"',
    "<con:name>api_key</con:name><con:value>{alnum:24}</con:value>",
    "db_password - {alnum:9}7{alnum:14}",
    "db_password - {hex:40}",
    "- AcmeToken :: {hex:40}",
    "use secret_key {alnum:9}7{alnum:20} for staging",
    'SecretValue.unsafePlainText("{alnum:24}")',
    'transport.auth_password("bob", "{alnum:24}")',
    '  name = "/app/db_password"\n  type = "SecureString"\n  value = "{alnum:24}"\n',
    "BACKUP={alnum:9}7{alnum:20}\nAPI_KEY_BACKUP={alnum:9}7{alnum:20}\n",
    "define(DB_PASSWORD, '{alnum:9}7{alnum:20}')",
    "CURLOPT_USERPWD, 'svc:{alnum:20}7'",
    'X_TOKEN = "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"',
    "$config->{{api_key}} = '{alnum:24}';",
    "local $ENV{{DB_PASSWORD}} = '{alnum:14}7';",
    "  db-pass: {alnum:20}7",
    "acme.client.auth-token={alnum:20}7",
    "set ::config(db_pass) {{{alnum:20}7}}",
    'expect "*?assword:*" {{ send "{alnum:14}7\\r" }}',
    "child.expect('Password: ')\n    child.sendline('{alnum:14}7')",
    'tn.read_until(b"Password: ")\ntn.write(b"{alnum:14}7\\n")',
    'cfg.emplace("api_secret", "{alnum:24}");',
    'val password = sys.env.getOrElse("PASSWORD", "{alnum:24}")',
    "ALTER ROLE app WITH ENCRYPTED PASSWORD '{hex:32}';",
    '<app:apiKey xsi:type="xsd:string">{alnum:12}7{alnum:12}</app:apiKey>',
    "<password encrypted='false'>{alnum:12}7</password>",
    "[smtp.corp.io]:587 ci@corp.io:{alnum:20}7",
    "cache_peer 10.0.0.7 parent 3128 0 login=ci:{alnum:12}7",
    "ssh-keygen -t ed25519 -N '{alnum:12}7' -f id",
    "echo {alnum:14}7 | kinit admin",
    'const client = new OpenAI("{alnum:23}7");',
    'client := resend.NewClient("{alnum:23}7")',
    "client = OpenAI::Client.new('{hex:32}')",
    'PINECONE="{alnum:12}7{alnum:12}"',
    'private val jwtKey: String = "{hex:32}"',
    'session_key = "{alnum:11}7{alnum:12}"',
    "WIFI_PSK={alnum:14}7",
    'db_creds = "{alnum:24}"',
    "VOLC_SK={alnum:11}7{alnum:12}",
    'githubPat: "{alnum:11}7{alnum:12}",',
    "TWILIO_AUTH={hex:32}",
    'Application.put_env(:acme, :db_pass, "{alnum:24}")',
    '-define(PASSWORD, "{alnum:24}").',
    'db_password = "{lower:5}-harbor-lantern-9522"',
    "  c_api_secret CONSTANT VARCHAR2(64) := '{uuid}';",
]


@pytest.fixture(scope="module")
def matcher():
    """The generic rules alone, without Hyperscan."""
    rules = loader.load([loader.builtin_dir() / "generic.toml"])
    return Matcher(rules, KeywordPrefilter(rules))


def seen(matcher, text, path=""):
    """The severities of what `text` holds."""
    return [match.severity for match in matcher.scan(text.encode(), path=path).matches]


@pytest.mark.parametrize("line", SILENT)
def test_lines_that_hold_no_secret_are_silent(matcher, line):
    """References, code, words, hashes and placeholders are no secrets, whatever they are called."""
    for seed in "abc":
        assert seen(matcher, token(line, seed)) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", "# old api_key: {alnum:9}7{alnum:12}"),
        ("A.java", 'String apiKey = """\n    {alnum:9}7{alnum:12}""";'),
        ("a.py", 'x = cfg.get("smtp_password", "{alnum:9}7{alnum:12}")'),
        ("app.yaml", "dbPassword: 70ada573-6931-417c-964c-9f40e14be3a7"),
        ("docs/a.rst", ":api_key: {alnum:9}7{alnum:20}"),
        ("docs/a.md", "1. Api Key - `{alnum:9}7{alnum:24}`"),
        (".env", "SESSION_SECRET=OnRJDFoeqSFVHGgvjaUs"),
        ("wp-config.php", "define( 'AUTH_KEY',         '{alnum:9}7{alnum:30}' );"),
    ],
)
def test_comments_blocks_defaults_and_ids_are_worth_a_look(matcher, path, line):
    """In program code too, a secret in a comment, a text block or a default is medium; so is an id as a password."""
    assert max(seen(matcher, token(line), path)) >= Severity.MEDIUM


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("plugins/modules/x.py", '    password: "{alnum:9}7{alnum:12}"\n'),
        ("plugins/modules/x.py", "    #   - password: {alnum:9}7{alnum:12}\n"),
        ("a.go", "const manifest = `\n  password: {alnum:9}7{alnum:12}\n`\n"),
        ("a.py", '>>> client = Client(api_key="{alnum:9}7{alnum:12}")\n'),
        ("a.py", '    ```python\n    db = Database(\n        admin_password="{alnum:9}7{alnum:12}",\n    )\n    ```\n'),
        ("a.ts", ' * ```ts\n * const apiKey = "{alnum:9}7{alnum:12}";\n * ```\n'),
        ("a.py", "# Tokens per tile in `LTX2VideoVaeSwiGLU`, matching the reference\n"),
    ],
)
def test_documents_in_programs_show_samples(matcher, path, line):
    """YAML in a language that has no such lines, a session and what stands beside a fence are low."""
    assert seen(matcher, token(line), path) == [Severity.LOW]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.yml", 'password: "{alnum:9}7{alnum:12}"\n'),
        ("a.ts", 'const x = {{\n  password: "{alnum:9}7{alnum:12}"\n}}\n'),
        ("a.py", 'x = {{\n  "password": "{alnum:9}7{alnum:12}",\n}}\n'),
        ("a.py", 'x = y(\n  password="{alnum:9}7{alnum:12}"\n)\n'),
        ("a.py", '  password: str = "{alnum:9}7{alnum:12}"\n'),
    ],
)
def test_the_same_lines_where_they_are_settings_are_medium(matcher, path, line):
    """A member, an argument and a declaration are no document."""
    assert seen(matcher, token(line), path) == [Severity.MEDIUM]


def test_a_password_without_quotes_is_read_to_its_line_end(matcher):
    """Brackets and separators are part of a generated password, which is told and redacted as a whole."""
    assert [match.secret for match in matcher.scan(b"DB_PASSWORD=x7(K,q&w2Z;pQ9v\n", path=".env").matches] == [
        b"x7(K,q&w2Z;pQ9v"
    ]


@pytest.mark.parametrize("line", FOUND)
def test_secrets_are_found_in_the_ways_that_people_write_them(matcher, line):
    """A telling name and a value spelt like no word make a finding of medium severity."""
    for seed in "abc":
        assert seen(matcher, token(line, seed)) == [Severity.MEDIUM]


PIECES = st.lists(
    st.one_of(
        st.sampled_from(['password = "', "api_key: ", '"', "\n", "token=", "--secret ", "Authorization: Bearer ", " "]),
        st.integers(0, 99).map(lambda seed: token("{alnum:14}7{alnum:9}", str(seed))),
        st.text(alphabet="a=\"' \n7", max_size=12),
    ),
    max_size=10,
).map("".join)


ONE_LINE = [rule for rule in loader.load([loader.builtin_dir() / "generic.toml"]) if rule.one_line]


@settings(deadline=None)  # the first example compiles every expression
@given(PIECES)
def test_lines_scanned_whole_hold_all_that_the_bare_expression_finds(text):
    """A rule of one line finds the same by lines as its expression does over the whole text."""
    data = text.encode()
    for rule in ONE_LINE:
        first = KeywordPrefilter([rule])
        spots = start_ranges(first.hits(data), first.entries, [rule]).get(0, [])
        near = {
            (c.secret_start, c.secret_end)
            for c in Pattern(rule.pattern, rule.max_length, one_line=True).near(data, spots)
        }
        assert near == {found.span("secret") for found in regex.finditer(rule.pattern.encode(), data)}


@pytest.mark.parametrize(
    "rule", [rule for rule in loader.load([loader.builtin_dir()]) if rule.one_line], ids=lambda r: r.id
)
def test_rules_of_one_line_match_no_line_end(rule):
    """Nothing between the first and the last byte of such a rule may be a line's end."""
    assert not holds_line_end(parse_tree(rule.pattern))


def holds_line_end(items):
    """Whether an atom of the syntax tree may match a line's end; look-around does not count."""
    for op, argument in items:
        name = str(op)
        if name == "IN":
            one = re.compile(atom("IN", argument).encode())
            if one.match(b"\n"):
                return True
        elif (
            name in {"ANY", "NOT_LITERAL"}
            or (name == "LITERAL" and argument == 10)
            or (name == "SUBPATTERN" and holds_line_end(argument[3]))
            or (name == "BRANCH" and any(map(holds_line_end, argument[1])))
            or (name in {"MAX_REPEAT", "MIN_REPEAT"} and holds_line_end(argument[2]))
        ):
            return True
    return False


EVERY_RULE = load_rules()
ALL = Matcher(EVERY_RULE, KeywordPrefilter(EVERY_RULE))
PUBLIC = {
    "docker/docker-compose.yml": "MYSQL_USER: qzorm\nMYSQL_PASSWORD: ${{MYSQL_PASSWORD:-qzorm481}}\n",
    ".idea/jupyter-settings.xml": '<option name="token" value="{hex:48}" />',
    "retrieval.py": 'r"(Credentials:|Infrastructure:|Key Systems)",',
    "sandbox.Dockerfile": "RUN apt-get install \\\n  libsecret-1-0 \\\n  gstreamer1.0-gl \\\n",
    "flow.ts": "{{ name: 'chat', credential: '{uuid}' }}",
    "lake/data/mist.json": '"client_secret": "{alnum:40}"',
    "ws.json": '"log": "< sec-websocket-key: {b64:22}=="',
    "case.js": '"tool_key": "tool_type_286_{hex:32}"',
    "chrome.json": '"receiver_id_hash_token": "{b64:86}=="',
    "drop.ts": 'query(`ALTER TABLE "apikey" DROP CONSTRAINT "PK_{hex:16}-{hex:10}"`)',
    "profile/Default/Preferences": '"policy_recovery_token":"{hex:64}"',
    "web/server-reference-manifest.js": 'self.M="{{\\"encryptionKey\\":\\"{b64:43}=\\"}}"',
    "build/searchindex.js": '"signing_secret": [5, 7], "a{alnum:40}7": 57',
    "env/include/openssl/fipskey.h": '#define FIPS_KEY_STRING "{hex:64}"',
    "env/lib/python3.11/secrets_data.py": 'API_SECRET = "{alnum:40}"',
    "deployment.mdx.old": 'WEBHOOK_SECRET = "x" # "api_key": "{hex:32}"',
    "error.json": '"page": "EVALEX_TRUSTED = false,\\n SECRET = \\"{alnum:20}\\";"',
    "scrape.py": '<div id="login" data-acme-global-key="4_{alnum:24}">',
    "secrets.yaml": "api_key: !secret acme_sc_{uuid}",
    "mdx.yaml": "`api_key: !secret acme_sc_{uuid}` as text",
    "apps.yaml": "JOB_TOKEN: acme-secret://internal:cognita-app-set:INDEXER_JOB_FQN",
    "plot.py": '"at: https://hub.plot.com/graph/graph.html?dataset={hex:32}&viztoken={uuid}&type=arrow"',
    "request.json": '"postman-token": "{uuid}",',
    "message.json": '"messageSecret": "{b64:43}=",',
    "pay.json": '"client_secret": "pi_{alnum:24}_secret_{alnum:25}"',
    "flow.json": '"encrypted_aes_key": "{b64:342}==",',
    "bound.ts": '/** The type. Epoch columns pass "UInt64". */',
    "app/gen.py": 'WEBHOOK_SECRET = "YWxsLWZS1kZXBYWxsLWFkHNrLXByb2oYWxsLWFj"',
    "dask/core.py": 'assert clone_key("inc-1-2-{hex:32}", seed=1)',
    "user.go": 'userKey = "U{base32:55}"',
    "account.go": 'accountKey = "A{base32:55}"',
    "algolia.yaml": "ALGOLIA_SEARCH_KEY: {hex:32}",
    "qiniu.yaml": 'url: "http://cdn.acme.io/5df1?e=1576142006&token={alnum:40}:{alnum:27}="',
    "token.ts": 'token: "0x{hex:40}",',
    "lark.yaml": "docs_token: {alnum:27}",
    "sheet.yaml": "spreadsheetToken: {alnum:27}",
    "chat.tsx": "const websiteToken = '{alnum:24}';",
    "ids.json": '"credential": "cred_{hex:32}"',
    "Service.java": 'user.setPassword("{hex:32}");',
    "next.properties": "spring.redis.password=\nspring.redis.timeout=5000\n",
    "next.env": "NEO4J_PASSWORD=\nNEO4J_DATABASE=graph-database-1\n",
    "django.py": '"csrfmiddlewaretoken": "{alnum:32}"',
    "lexer.go": "reSimpleToken = regexp.MustCompile(`^[0-9a-z-A-Z\\.#_*-]+$`)",
    "tenant.yaml": "tenant_key: {hex:16}",
    "device.http": '"productKey": "{alnum:32}",',
    "messages/de/mem0.json": '"mem0_api_key": "Mem0-API-Schl\u00fcssel",',
    "image.yaml": "next_token: arm32v7/influxdb:2.0",
    "poetry.html": "<span>&quot;git+https://&lt;token&gt;:x-oauth-basic@github.com/&lt;user&gt;</span>",
    "package.json": '"name": "@ai-sdk/deepgram",\n=======\n>>>>>>> {hex:40}\n',
    "image.svg": '<image href="data:image/png;base64,{b64:60}+EAA{alnum:180}/{b64:60}"/>',
    "login.py": "is_default_password = user.password == '{hex:32}'",
    "results.json": '"cwd_token": "QA-CWD-{hex:12}-1786046081"',
    "group.md": "[join](https://qm.qq.com/cgi-bin/qm/qr?k={alnum:32}&authKey={alnum:30}1)",
    "board.md": '<whiteboard token="{alnum:27}"></whiteboard>',
    "query.graphql.ts": '"storageKey": "datasetEvaluators(first:100)"',
    "rules.yml": "- 'api_key = \"[a-zA-Z0-9]+\"'",
    "claims.go": 'claims.User.Password = "#NeedToModify#"',
    "values.yaml": "# redis://:<password>@host:6379/0.",
    "seed.py": '{{"password": "{hex:32}", "create_time": 1700000000}}',
    "chat.json": '"role": "user", "content": "my password is \'jDoe#45{alnum:1}\'"',
    "my-leaderboard/data/answers.json": '"username": "bob", "password": "{alnum:9}!"',
    "group.ts": "url: 'https://chat.corp.io/client/add_by_link?link_token={hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}',",
    "driver.ts": "export const ELEMENT_ID_KEY = 'element-{hex:4}-11e4-{hex:4}-{hex:12}';",
    "player.less": "// embedding pages pass `?playerOnly=1` to keep just the player.",
    "tasks/collected.json": '{{"data": "useradd bob && echo \'Bob{digits:3}!\' | passwd --stdin bob"}}',
    "pricing.py": '"dexscreener_token": "F9{base58:41}",',
    "docs/manage/sso.md": "SSO_CLIENT_SECRET=AbC123dEf456GhI789jKl012MnO345pQr678StU901vWx234YzA567",
    "Store.java": '.database("qwibyte").username("qwibyte").password("qwibyte")',
    "src/NetworkEntry.stories.tsx": 'refresh_token: "rt_{hex:12}",',
    "client.ts": " *   key: '{hex:31}a.png'",
    "adapter.py": 'return "pinecone|{uuid}"',
    "tests/test_redaction.py": '"could not connect to postgresql://admin:s3cr3tpw@db.internal:5432/x"',
    "app.yml": "AllowedAPKSigningKeys: {hex:64}",
    "lab.md": "JWT auth: token-based Gateway auth (`05-gateway-jwt-cognito.ipynb`)",
    "tooleval/results/gpt/G2.json": "The generated password is 'Qin{alpha:12}'",
    "ios/GoogleService-Info.plist": "<string>AIzaSy{b64url:33}</string>",
    "docker-compose.yml": "NEXT_PUBLIC_FIREBASE_API_KEY: AIzaSy{b64url:33}",
    "settings.py": '{{"apiKey": "AIzaSy{b64url:33}", "projectId": "x1",\n "authDomain": "x1.corp.io"}}',
    "Root.js": 'accessToken: "pk_{hex:48}"',
    "README.md": "[b](https://circleci.com/gh/acme/app.svg?style=shield&circle-token={hex:40})",
    "data/easy/AddAlarm.json": '"session_token": "{hex:8}-{hex:4}-{hex:4}", "password": "chaew5Oeth"',
    "play.go": '"docker run -d --name %s -p 127.0.0.1:%d:5432 "',
    "quickstart.mdx": "The full secret (`vk-lw-01HZX9K3M\u2026`) is displayed once.",
    "check.ts": 'pass: result?.promptVersionId === "prompt_version__{alnum:20}",',
    "wordpress.ts": "const tags = await this.wpGet(token, '/wp-json/wp/v2/tags?per_page=100');",
    "tests/redaction.test.ts": '"mongodb+srv://admin:p%40ss@cluster0.acme1.mongodb.net",',
    ".gitleaks.toml": "regexes = ['''AKIA{uppernum:16}''']",
    "Makefile": "docker run -v `pwd`:/h2xqz1 image",
    "costs.py": 'costs = {{\n  "max_tokens":\n  "MiniMax-M2.7": {{"read": 0.1}},',
    "schema.mjs": "DISCORD_CLIENT_SECRET: requiredAuthEnabledForProduction(),",
    "extensions/git/package.json": '"aiKey": "{hex:32}-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}-{digits:4}"',
    "history.ts": "private static STORAGE_KEY = 'remoteLocationHistory_v0';",
    "stars.md": "https://api.star-history.com/chart?repos=a/b&sealed_token={alnum:60}",
    "words.py": "TOKENS = ['token', 'apiKey2', 'sessionKey3', 'clientSecret4']",
    "models.py": "ModelInfo(tts_credential, Speech), ModelInfo('doubao-seedream-3-0-t2i-250415')",
    "movie.gql": 'image: "https://storage.acme.com/o/a.jpg?alt=media&token={hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"',
    "map.json": '{{"key": "{hex:32}"}}',
    "notarize.js": "appleApiKey: `build/AuthKey_{uppernum:10}.p8`,",
    "app/gradle.lockfile": "com.google.auth:google-auth-library-credentials:1.48.0=compileClasspath,runtimeClasspath\n",
    "versions.txt": "google-auth-library-credentials:1.48.0=compileClasspath,runtimeClasspath\n",
    "ws.cc": 'snprintf(line, 1024, "Sec-WebSocket-Key: {b64:22}==\\r\\n");',
    "Cargo.toml": 'auth = ["dep:async-trait", "dep:oauth2", "__reqwest", "dep:url"]\n',
    "hash.ts": 'assert.deepEqual(candidate("password"), "5f4dcc3b5aa765d61d8327deb882cf99");',
    "seed.sql": "password = '8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918'",
    "hex.java": 'assert(hexKey("112233445566778899AABBCCDDEEFF00") == 12l);',
    "evaluation/data/humaneval-cs": 'key = "{alnum:12}7{alnum:8}"',
    "conf/grafana.ini": ";secret_key = SW2YcwTIb9zpOOhoPsMm\n",
    "voices.ts": "'https://speech.corp.io/voices/list?trustedclienttoken=6A5AA1D4EAFF4E9FB37E23D68491D6F4',",
    "docs/faq.md": "Initial password: {alnum:22}7\n",
    "docs/gateway.md": '{{"client_id": "a", "password": "{b64:43}=", "topic": "b"}}',
    "join.md": '[join](https://qun.acme.io/x?busi_data={base64:{{"groupCode":"1058156697","token":"Jgryk7XV4R17pDm3ptTuRHjWeD1q7Gs"}})',
    "papers/iclr.txt": "velocity](https://aip.acme.org/doi/1.2408420?access_token={alnum:12}%3A{alnum:40})",
    "citations.txt": "https://aip.acme.org/doi/full/1.2408420?casa_token={alnum:12}:{alnum:40}",
    ".github/workflows/ci.yml": "      PROBE_PASSWORD: 'Us8490!Probe'\n",
    "docker-compose.test.yml": "      DB2INST1_PASSWORD: Passw0rd123!\n",
    "migration.ts": 'query(`ALTER TABLE "agent_api_keys" ADD CONSTRAINT "FK_{hex:27}" FOREIGN KEY`)',
    "seeder.ts": "const SEED_OTLP_KEY = 'mnfst_dev-otlp-key-001';",
    "api/testing.ts": 'const hashedToken =\n  "{hex:32}:{hex:64}"',
    "src/openapi.generated.ts": ' *   "token": "{hex:64}"',
    "register.go": '//   "frontier_access_key": "{alnum:32}",',
    "api_pb2.py": 'token = "{alnum:24}"',
    "tts.py": 'API_KEY = load_key("f5tts.302_api")',
    "canvas.tsx": 'const TLDRAW_LICENSE_KEY = "tldraw-2026-11-12/{alnum:40}.{alnum:60}"',
    "Bubblewrap.php": '$fs->put("{{$dir}}/etc/passwd", "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\\n");',
    "Dockerfile": "ENV GPG_KEY {HEX:40}",
    "docs/environment.md": "OPENSEARCH_INITIAL_ADMIN_PASSWORD=Qazwsxedc!@#123",
    "docs/reset.md": 'curl -X POST http://host:9980/index.php -d "token={hex:32}"',
    ".env.example": "SECRET_KEY_BASE=UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq",
    "config.py": "Additional arguments to pass to [`~transformers.GenerationConfig`] (if using it)",
    "guide.md": 'PINECONE_TOKEN="87juwi58-1jk9-9182-9b3c-f84d90e8bshq"',
    "made.py": 'api_key = "aB3dE7gH9jK1mN4pQ6sT"',
    ".github/workflows/cache.yml": "          key: hf-paraphrase-MiniLM-L3-v2\n",
    "tree.ipynb": '"\u2502   key: _outputs__chunker__{hex:18}\\n",',
    "stored.env": "API_KEY=gAAAAABp{b64url:90}\n",
    "salted.yaml": "api_key: U2FsdGVkX1{b64:40}\n",
    "crash.ts": "submitURL: 'https://o1.ingest.sentry.io/api/2/minidump/?sentry_key={hex:32}',",
    "scan.txt": "__submitted=1&remember=forever&pass=q4J%21n3v%21F8&user=1",
    "tools/miniconda/include/fips.h": '#define FIPS_KEY_STRING "{hex:64}"',
    "auto-comment.yml": "      - uses: acme/actions/fetch-github-token@{hex:40} # v1.0.0\n",
    "detect.go": 'if countTokens ||\n  detection.Entrypoint != "cli" ||\n  !detection.XAppCLI ||\n  !known {{',
    "numbers.py": '_NUM_TOKEN = r"-?\\d+(?:\\.\\d+)?%?"',
    "Profile.ts": "const key = pbkdf2Sync(password, 'saltysalt', 1003, 16, 'sha1')",
    "layout.tsx": "images: ['https://cdn.acme.net/images/a1.png?token={alnum:43}&height=598'],",
    "paper.pdf": "<</S/URI/URI(https://data.acme.org/privateurl.xhtml?token={alnum:30})/IsMap false>>",
    "annotations.ts": '"I see authorization AUTH-2026-112 in our system",',
    "RunContext.java": 'String RUN_CONFIG_METADATA_KEY = "agUi4jAdkRunContext";',
    "assets/ApiKeysView-DuWy3uje.js": 'e("h3",g," API Keys ("+m($.value)+" 7) ",1)])',
    "guard.py": 'echo "token: sk-abc123xyz456" | guard.py',
    "unify.py": """'n.setAttribute("data-api-key","wk_DAwnk{alnum:26}"),n.setAttribute("id","tag")'""",
    "pixels.py": 'get_ahrefs_trackers(data_key="{alnum:22}"),',
    "embed.md": '<iframe width="9" src="https://app.acme.com/embed/{jwt:sub=user-7}" loading="lazy"></iframe>',
    "specs/zendesk.yaml": "            examples:\n              created:\n                value:\n"
    "                  access_token: {alnum:31}7\n",
    "openapi-specs/desk.yaml": "access_token: {alnum:31}7\n",
    "skills/rl.json": "docker run -it --cap-add=SYS_ADMIN -v $PWD:/openrlhf nvcr.io/nvidia/pytorch:25.02-py3 bash",
    "shell.sh": "password=$(openssl rand -base64 48 | tr -dc 'a-zA-Z0-9!@#$%^&*' | head -c 9)",
    "decode.sh": '# Decode base64 password (Linux): echo "{base64:SecretSecurePassword1234*\n}" | base64 -d',
    "workflow.json": '"x": "\\"credentials\\": {{\\n \\"openAiApi\\": {{\\n \\"id\\": \\"{alnum:16}\\",\\n',
    "figma.json": 'Run `get_context(fileKey="{alnum:22}", nodeId="42-15")`',
    "hubspot.json": '"is-contact": true, "profile-token": "AO_T-{b64url:60}"',
    "unsigned.md": "Bearer " + "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + "eyJ1c2VyIjoiYWRtaW4ifQ.",
    "workflow-2.json": '"sessionKey": "test-{uuid}",',
    "sdk.js": "e.x(){{y}}," * 30 + 'app_key:"{hex:16}",' + "e.x(){{y}}," * 30,
    "yarn.lock": 'resolved "https://registry.acme.com/@deepgram/sdk/-/sdk-4.7.0.tgz#{hex:40}"',
    "Initial.Designer.cs": 'Name = "admin",\nPassword = "{hex:32}",\nRole = 2,\nSalt = "{hex:32}"\n',
    "setup.md": "Generate a key and paste it into .env like this: `ENCRYPT_KEY={b64url:43}=`",
    "call.py": "f(\n    llm_credential, ChatModel\n    ),\n    x, credential,\n    OpenAIChatModel),\n    y('a', b)\n",
    "optimize.py": '    return 0, saved_tokens\n    elif isinstance(x, list):\n        debug.error(f"x:", exc)\n',
    "services.md": "| service | secret |\n|---|---|\n| Baidu | Yes(free-QPS1/free-2M) |\n",
    "client.rs": '#[tokio::test]\nasync fn sends() {{\n    let api_key = "{alnum:40}";',
    "auth.zig": 'test "sends" {{\n    const token = "{alnum:24}";',
    "users.ts": 'const userKey = "{hex:24}";',
    "firebase.ts": 'const config = {{ apiKey: "AIzaSy{b64url:33}",\n  authDomain: "acme.firebaseapp.com" }};',
}


@pytest.mark.parametrize("path", ["template.yaml", "deploy/template.json", "README.md", "app.log"])
def test_passwords_of_all_kinds_of_characters_count_in_documents_logs_and_stacks(path):
    """`template.yaml` is what CloudFormation deploys; a generated password in a document or a log was used."""
    text = token('"db_password": "Rk7{alnum:9}!q"', path).encode()
    assert [match.severity for match in ALL.scan(text, path=path).matches] == [Severity.MEDIUM]


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_or_no_secret_stays_below_medium(path):
    """Ids, hashes, public halves, expired addresses and neighbours that labelled findings showed to be no secrets."""
    text = token(PUBLIC[path], path).encode()
    assert not [match for match in ALL.scan(text, path=path).matches if match.severity >= Severity.MEDIUM]


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "GOOGLE_MAPS_KEY", "VITE_GOOGLE_API_KEY"])
def test_keys_of_google_elsewhere_are_critical(name):
    """Only what says Firebase makes a key of this form one that is meant to be seen."""
    text = token(name + "=AIzaSy{b64url:33}\n", name).encode()
    assert [match.severity for match in ALL.scan(text, path=".env").matches] == [Severity.CRITICAL]


def test_a_string_that_is_merely_called_a_key_is_low(matcher):
    """What the key is for, in its name, makes it worth a look."""
    assert seen(matcher, token('key = "{alnum:31}7"'), "a.py") == [Severity.LOW]
    assert seen(matcher, token('search_key = "{alnum:31}7"'), "a.py") == [Severity.MEDIUM]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("Startup.cs", 'Name = "admin",\nPassword = "{hex:32}",\nRole = 2,\n'),
        (".env", "DB_PASSWORD={hex:32}\nAUTH_SALT={hex:32}\n"),
        ("config.yaml", "password: {hex:32}\nsalt: {hex:32}\n"),
        ("README.md", "Paste it into .env: `ENCRYPT_KEY={b64url:43}=`"),
        ("users.csv", "user,api_token\nbob (ops),{alnum:32}\n"),
    ],
)
def test_the_nearest_to_what_is_public_is_medium(path, template):
    """A password without a salt, a setting beside one, a key that no sentence calls a sample, a table with brackets."""
    text = token(template, path).encode()
    assert max(match.severity for match in ALL.scan(text, path=path).matches) == Severity.MEDIUM
