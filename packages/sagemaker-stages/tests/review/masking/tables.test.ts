import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { readPlan } from "../../../src/review/reading/plan";
import { toMarkdown } from "../../../src/review/rendering/render";
import { reportOf } from "../../../src/review/report";
import { planJson } from "../support/plan-json";

/** The review of a resource whose attributes change, as Markdown and as JSON. */
function shownOf(before: object, after: object, address = "aws_example.it"): string {
  const report = reportOf([
    readPlan(planJson({ resources: [{ address, actions: ["update"], before, after }] }), "dev.json"),
  ]);
  return `${toMarkdown(report)}\n${JSON.stringify(report)}`;
}

/** Names of secrets in plans: attributes, tags, variables in texts. */
const SECRET_NAMES = `
  password Password PASSWORD passwd pwd pw pass passphrase pass_phrase passcode passwort PGPASSWORD MYSQL_PWD
  MYSQL_ROOT_PASSWORD db_password dbPassword DB_PASSWORD database-password admin_pass adminPassword userPassword
  user_password master_password master_user_password root_password postgres_password redis_password smtp_password
  ldap_password keystore_password truststore_passphrase new_password old_password password_hash password_wo
  secret secrets Secret client_secret clientSecret CLIENT_SECRET app_secret shared_secret jwt_secret webhook_secret
  cookie_secret session_secret secret_string SECRET_KEY_BASE_64 secret_value secretsmanager_secret_string totp_secret
  token Token tokens auth_token authToken AUTH_TOKEN access_token accessToken refresh_token id_token bearer_token
  github_token GITHUB_TOKEN gitlab_token slack_token npm_token vault_token service_token bot_token registry_token
  x-auth-token X-Vault-Token event_source_token sas_token csrf_token oauth_token accesstoken authtoken
  api_key apiKey API_KEY apikey x-api-key X-Api-Key xApiKey app_key application_key datadog_api_key api_key_value
  private_key privateKey PRIVATE_KEY private_key_pem ssh_private_key tls_private_key private_key_base64 rsa_key
  secret_key secretKey SECRET_KEY aws_secret_access_key secret_access_key access_key account_key storage_key
  primary_access_key shared_access_key encryption_key encryptionKey ENCRYPTION_KEY decryption_key master_key
  signing_key hmac_key hmac auth_key session_key pre_shared_key preshared_key preshared_key_1 tunnel1_preshared_key
  license_key consumer_key client_key deploy_key certificate_key ssl_key key_material integration_key routing_key
  connection_string connectionString CONNECTION_STRING connection_strings primary_connection_string conn_str
  dsn DSN sentry_dsn SENTRY_DSN connstr psk wifi_psk wpa_psk pat github_pat PAT azure_devops_pat jwt otp sas_url
  credential credentials db_credentials service_credentials creds docker_auth dockerconfigjson .dockerconfigjson
  webhook_url webhookUrl WEBHOOK_URL slack_webhook slack_webhook_url webhook hook_url incoming_webhook
  kubeconfig kube_config KUBECONFIG kube_config_raw service_account_json user_data userData user_data_base64
  custom_data content_base64 startup_script basic_auth mnemonic recovery_codes unseal_code htpasswd salt
`
  .trim()
  .split(/\s+/);

/** Similar names whose values are not secrets. A reader needs these values. */
const READABLE_NAMES: readonly (readonly [name: string, value: unknown])[] = [
  ["key_name", "deployer-laptop"],
  ["kms_key_id", "1234abcd-12ab-34cd-56ef-1234567890ab"],
  ["kms_key_arn", "arn:aws:kms:us-east-1:111122223333:key/1234abcd"],
  ["kms_master_key_id", "alias/aws/sqs"],
  ["public_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"],
  ["key", "models/ticket-urgency.tar.gz"],
  ["hash_key", "customer"],
  ["range_key", "ordered-at"],
  ["partition_key", "tenant-name"],
  ["sort_key", "created-at"],
  ["api_key_id", "abcdef1234"],
  ["api_key_source", "HEADER"],
  ["api_key_required", "true-for-all"],
  ["secret_arn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"],
  ["secret_id", "prod/database"],
  ["secret_name", "prod-database"],
  ["password_policy", [{ minimum_length: 14, temporary_password_validity_days: 7 }]],
  ["password_length", 24],
  ["minimum_password_length", 14],
  ["max_password_age", 90],
  ["password_reuse_prevention", 24],
  ["token_validity", 60],
  ["access_token_validity", 45],
  ["refresh_token_validity", 30],
  ["token_validity_units", [{ access_token: "minutes", refresh_token: "days" }]],
  ["id_token_validity", 15],
  ["http_tokens", "required"],
  ["max_tokens", 512],
  ["max_new_tokens", 256],
  ["cookies", [{ forward: "whitelist" }]],
  ["initial_lifecycle_hook", [{ default_result: "CONTINUE" }]],
  ["token_endpoint", "https://idp.example.com/oauth2/token"],
  ["token_key_id", "key-2024"],
  ["tokenizer", "wordpiece"],
  ["secretary", "an office"],
  ["compass", "north-west"],
  ["bypass", "never-for-main"],
  ["passing", "all-of-them"],
  ["path", "/models/a"],
  ["patch", "level-twelve"],
  ["pattern", "a-z-only"],
  ["credential_provider", "environment"],
  ["authorization", "AWS_IAM"],
  ["authorization_type", "NONE"],
  ["authorizer_id", "abc123"],
  ["access_key_id_source", "profile-default"],
  ["key_usage", "ENCRYPT_DECRYPT"],
  ["key_spec", "SYMMETRIC_DEFAULT"],
  ["key_rotation_period", 365],
  ["customer_master_key_spec", "RSA_2048"],
  ["deletion_window_in_days", 30],
  ["connection_type", "VPC_LINK"],
  ["connection_id", "dxcon-12345"],
  ["webhook_id", "hook-4711"],
  ["cookies_enabled", "only-session"],
  ["region", "eu-central-1"],
  ["availability_zone", "us-east-1a"],
  ["runtime", "nodejs22.x"],
  ["engine_version", "15.4"],
  ["instance_type", "ml.m5.xlarge"],
  ["image_uri", "111122223333.dkr.ecr.us-east-1.amazonaws.com/scoring:2026-11-20"],
  ["source_code_hash", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
  ["etag", "d41d8cd98f00b204e9800998ecf8427e"],
  ["git_commit", "0123456789abcdef0123456789abcdef01234567"],
  ["content_sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["content_type", "application/json"],
  ["vpc_id", "vpc-0a1b2c3d4e5f60718"],
  ["role", "arn:aws:iam::111122223333:role/dev-ticket-urgency-function"],
  ["unique_id", "AROAIOSFODNN7EXAMPLE1"],
  ["created", "2026-11-29T01:02:03Z"],
  ["schedule", "cron(0 12 * * ? *)"],
  ["url", "https://abc123.execute-api.us-east-1.amazonaws.com/prod/ticket-urgency"],
  ["endpoint", "https://db.example.com:5432/orders"],
  ["origin", "https://www.example.com"],
  ["artifact", "s3://amzn-s3-demo-bucket/models/name=churn/dt=2024-01-01/model.tar.gz"],
  ["description", "rotates the password of the database every 30 days"],
  ["comment", "Basic authentication is off"],
  ["note", "the token: none is needed"],
  ["cidr", "10.0.0.0/16"],
  ["summary", "The password policy requires 14 characters"],
  ["reason", "password reset for users of pool 2"],
  ["about", "the secret arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"],
  ["resolved", "of {{resolve:secretsmanager:prod-db:SecretString:password}}"],
  ["reference", "DbPassword: !Ref DbSecret2"],
  ["options", "docker run -u 1000:1000 -p 8080:80 image"],
  ["header_names", "authorization, content-type, x-api-key"],
  ["parameter_name", "method.request.header.Authorization"],
  ["placeholder", "send the key in the header authorization: Bearer <key>"],
  ["call", 'getToken("audience")'],
  ["table_row", "| name | value | x |"],
  ["listener", "10.0.0.0:443:a:b:c"],
  ["package_version", "https://cdn.example.com/npm/lib@4.5.6/dist/a.js"],
  ["email", "ops@example.com"],
  ["cron", "rate(5 minutes)"],
  ["uuid", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
  ["repository", "git@github.com:octo-org/octo-repo.git"],
  ["image", "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"],
  ["query", "https://example.com/search?q=models&page=2"],
  ["container", "sagemaker-scikit-learn-inference-container"],
];

const RANDOM = "q7Zt2Lw9Xc4Vb6Nm8Kj1Hg3Fd5Sa0PoIuYtReWq1As2Df3Gh4";
const of = (length: number): string => RANDOM.repeat(12).slice(0, length);
const HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(3);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Texts, with the part of each that is a secret. */
const SHAPES: readonly (readonly [what: string, text: string, secret: string])[] = [
  ["ADO.NET", "Server=db;Uid=sa;Pwd=hunter2hunter2", "hunter2hunter2"],
  ["ADO.NET with spaces", "Server=db; User Id=sa; Password = hunter2hunter2;", "hunter2hunter2"],
  ["ODBC", "Driver={x};SERVER=db;UID=sa;PWD=hunter2hunter2;", "hunter2hunter2"],
  ["an Azure storage account", `AccountName=a;AccountKey=${of(60)}==;EndpointSuffix=x`, of(60)],
  ["an Azure service bus", `Endpoint=sb://x/;SharedAccessKey=${of(43)}=`, of(43)],
  ["libpq", "host=db user=app password=hunter2hunter2 dbname=x", "hunter2hunter2"],
  ["PostgreSQL's URL", "postgres://app:hunter2hunter2@db.example/x", "hunter2hunter2"],
  ["a URL whose password has signs", "mysql://app:hun/ter#2@x@db.example/x", "hun/ter#2"],
  ["MongoDB's URL", "mongodb+srv://app:hunter2hunter2@c.example/?w=1", "hunter2hunter2"],
  ["Redis's URL without a user", "redis://:hunter2hunter2@cache.example:6379/0", "hunter2hunter2"],
  ["AMQP's URL", "amqps://app:hunter2hunter2@mq.example/v", "hunter2hunter2"],
  ["JDBC's query", "jdbc:postgresql://db/x?user=a&password=hunter2hunter2", "hunter2hunter2"],
  ["JDBC of Oracle", "jdbc:oracle:thin:scott/hunter2hunter2@db:1521:x", "hunter2hunter2"],
  ["Go's MySQL", "app:hunter2hunter2@tcp(db:3306)/x", "hunter2hunter2"],
  ["Sentry's DSN", `https://${HEX.slice(0, 32)}@o1.ingest.sentry.io/2`, HEX.slice(0, 32)],
  ["a token as a URL's user", `https://${of(20)}@github.example/x.git`, of(20)],
  ["a shared access signature", `https://x.blob.example/a?sv=2022&sig=${of(30)}%3D`, of(30)],
  ["a key in a query", `https://maps.example/api?key=${of(20)}`, of(20)],
  ["a function's code in a query", `https://f.example/api?code=${of(30)}==`, of(30)],
  ["a token in a query", `https://x.example/?a=1&access_token=${of(20)}`, of(20)],
  [
    "a presigned URL",
    `https://s3.example/k?X-Amz-Expires=1&X-Amz-Signature=${HEX.slice(0, 64)}`,
    HEX.slice(0, 64),
  ],
  ["prose", "user admin password: Sup3rSecretPw", "Sup3rSecretPw"],
  ["prose with an API key", "call it with the api key: abc-def-ghi", "abc-def-ghi"],
  ["prose with the word is not needed", "Password:hunter2hunter2", "hunter2hunter2"],
  ["YAML", "database:\n  password: hunter2hunter2\n", "hunter2hunter2"],
  ["YAML in quotes", "api_key: 'hunter 2 hunter'", "hunter 2 hunter"],
  ["an INI file", "; the database\n[db]\npwd = hunter2hunter2", "hunter2hunter2"],
  ["a shell's variable", "export DB_PASSWORD='hunter2hunter2' && run", "hunter2hunter2"],
  ["a shell's PGPASSWORD", "PGPASSWORD=hunter2hunter2 psql -h db", "hunter2hunter2"],
  ["Terraform's own", 'auth_token = "hunter2hunter2"', "hunter2hunter2"],
  ["Ruby's hash", ":password => 'hunter2hunter2'", "hunter2hunter2"],
  ["JSON in a text", 'run with {"user":"a","password":"hunter2hunter2"}', "hunter2hunter2"],
  ["JSON in JSON", 'logged {"a":"{\\"password\\":\\"hunter2hunter2\\"}"}', "hunter2hunter2"],
  ["an option", "run --password hunter2hunter2 --verbose", "hunter2hunter2"],
  ["an option with =", "run --api-key=hunter2hunter2", "hunter2hunter2"],
  ["curl's user", "curl -u admin:hunter2hunter2 https://x.example", "hunter2hunter2"],
  ["mysql's -p", "mysql -uroot -phunter2hunter2 db", "hunter2hunter2"],
  ["sshpass", "sshpass -p hunter2hunter2 ssh x", "hunter2hunter2"],
  ["a bearer", `Authorization: Bearer ${of(30)}`, of(30)],
  [
    "basic authentication",
    `Authorization: Basic ${base64("admin:hunter2hunter2")}`,
    base64("admin:hunter2hunter2"),
  ],
  ["another scheme", "Authorization: Token hunter2hunter2", "hunter2hunter2"],
  ["a bearer with an escaped slash", "Authorization: Bearer hunter2\\/hunter2", "hunter2\\/hunter2"],
  ["a header of an API", "x-api-key: hunter2hunter2", "hunter2hunter2"],
  ["a JSON Web Token", `eyJ${of(20)}.eyJ${of(40)}.${of(30)}`, of(40)],
  ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${of(64)}\n-----END RSA PRIVATE KEY-----`, of(64)],
  [
    "an OpenSSH key",
    `-----BEGIN OPENSSH PRIVATE KEY-----\\n${of(64)}\\n-----END OPENSSH PRIVATE KEY-----`,
    of(64),
  ],
  ["a PGP key", `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${of(64)}`, of(64)],
  ["Slack's webhook", `https://hooks.slack.com/services/T00000000/B00000000/${of(24)}`, of(24)],
  ["Discord's webhook", `https://discord.com/api/webhooks/123456789/${of(60)}`, of(60)],
  [
    "Teams' webhook",
    `https://x.webhook.office.com/webhookb2/${of(36)}/IncomingWebhook/${HEX.slice(0, 32)}`,
    HEX.slice(0, 32),
  ],
  ["Zapier's webhook", `https://hooks.zapier.com/hooks/catch/12345/${of(7)}/`, of(7)],
  [
    "PagerDuty's integration",
    `https://events.pagerduty.com/integration/${HEX.slice(0, 32)}/enqueue`,
    HEX.slice(0, 32),
  ],
  ["a Telegram bot", `https://api.telegram.org/bot123456789:AA${of(33)}/sendMessage`, of(33)],
  [
    "Google Chat's webhook",
    `https://chat.googleapis.com/v1/spaces/A/messages?key=${of(20)}&token=${of(30)}`,
    of(30),
  ],
  ["a Mattermost webhook", `https://chat.example.com/hooks/${of(26)}`, of(26)],
  ["AWS's key", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  ["AWS's secret key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1", "wJalrXUtnFEMI"],
  ["GitHub's token", `ghp_${of(36)}`, of(36)],
  ["GitHub's fine-grained token", `github_pat_${of(60)}`, of(60)],
  ["GitLab's token", `glpat-${of(20)}`, of(20)],
  ["Slack's token", `xoxb-123456789012-${of(24)}`, of(24)],
  ["Stripe's key", ["sk", "live", of(24)].join("_"), of(24)],
  ["OpenAI's key", `sk-proj-${of(40)}`, of(40)],
  ["Anthropic's key", `sk-ant-api03-${of(40)}`, of(40)],
  ["Hugging Face's token", `hf_${of(34)}`, of(34)],
  ["Google's API key", `AIza${of(35)}`, of(35)],
  ["SendGrid's key", `SG.${of(22)}.${of(43)}`, of(43)],
  ["Twilio's key", `SK${HEX.slice(0, 32)}`, HEX.slice(0, 32)],
  ["Mailchimp's key", `${HEX.slice(0, 32)}-us12`, HEX.slice(0, 32)],
  ["npm's token", `npm_${of(36)}`, of(36)],
  ["PyPI's token", `pypi-AgEIcHlwaS5vcmc${of(60)}`, of(60)],
  ["Docker Hub's token", `dckr_pat_${of(27)}`, of(27)],
  ["Vault's token", `hvs.${of(24)}`, of(24)],
  ["Databricks' token", `dapi${HEX.slice(0, 32)}`, HEX.slice(0, 32)],
  ["DigitalOcean's token", `dop_v1_${HEX.slice(0, 64)}`, HEX.slice(0, 64)],
  ["Terraform Cloud's token", `${of(14)}.atlasv1.${of(62)}`, of(62)],
  ["Grafana's token", `glsa_${of(32)}_0a1b2c3d`, of(32)],
  ["New Relic's key", `NRAK-${of(27)}`, of(27)],
  ["Sentry's token", `sntrys_${of(60)}`, of(60)],
  ["Postman's key", `PMAK-${of(24)}-${of(34)}`, of(34)],
  ["Shopify's token", `shpat_${HEX.slice(0, 32)}`, HEX.slice(0, 32)],
  ["Entra ID's secret", `abc8Q~${of(34)}`, of(34)],
  [
    "a script in base64",
    base64("#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"),
    base64("#!/bin/sh\nexport DB_PASSWORD").slice(0, 20),
  ],
  ["ODBC in braces", "DRIVER={ODBC};UID=sa;PWD={ab;hunter2hunter2};", "hunter2hunter2"],
  ["LDAP's bind", "bindpw: hunter2hunter2", "hunter2hunter2"],
  ["a URL whose password begins with a number", "postgres://app:12345/678@db/x", "12345/678"],
  [
    "a short token as a URL's user",
    "pip install -i https://hunTer2hunter2@pypi.example/simple",
    "hunTer2hunter2",
  ],
  ["sqlplus", "sqlplus scott/hunter2hunter2@orcl", "hunter2hunter2"],
  ["a block of YAML", "password: |\n  hunter2hunter2\n", "hunter2hunter2"],
  ["a folded block of YAML", "password: >-\n  hunter2hunter2\nport: 1", "hunter2hunter2"],
  ["a list of YAML", "passwords:\n  - 12monkeys\n  - hunter2hunter2", "hunter2hunter2"],
  ["a tag of YAML", "password: !!str hunter2hunter2", "hunter2hunter2"],
  ["an anchor of YAML", "password: &pw hunter2hunter2", "hunter2hunter2"],
  ["a value below its name", "DB_PASSWORD:\n  value: hunter2hunter2", "hunter2hunter2"],
  ["a container's variable in YAML", "- name: DB_PASSWORD\n  value: hunter2hunter2", "hunter2hunter2"],
  [
    "a variable in JSON in a text",
    'is {"name":"DB_PASSWORD","type":"PLAINTEXT","value":"hunter2hunter2"}',
    "hunter2hunter2",
  ],
  ["the value before its name", 'is {"Value":"hunter2hunter2","Key":"DbPassword"}', "hunter2hunter2"],
  [
    "a parameter of CloudFormation",
    "ParameterKey=DbPassword,ParameterValue=hunter2hunter2",
    "hunter2hunter2",
  ],
  ["a list of JSON in a text", 'is "passwords":["12monkeys","hunter2hunter2"]', "hunter2hunter2"],
  ["a quote in a value", 'is {"password":"ab\\"hunter2hunter2"}', "hunter2hunter2"],
  ["TOML in three quotes", 'password = """hunter2hunter2"""', "hunter2hunter2"],
  ["a heredoc", "password = <<EOF\nhunter2hunter2\nEOF", "hunter2hunter2"],
  ["an element of XML", "<server><password>hunter2hunter2</password></server>", "hunter2hunter2"],
  ["an escaped element of XML", "&lt;password&gt;hunter2hunter2&lt;/password&gt;", "hunter2hunter2"],
  ["attributes of XML", '<add key="ApiKey" value="hunter2hunter2" />', "hunter2hunter2"],
  ["PowerShell", "$env:DB_PASSWORD = 'hunter2hunter2'", "hunter2hunter2"],
  ["PowerShell's secure string", 'ConvertTo-SecureString "hunter2hunter2" -AsPlainText', "hunter2hunter2"],
  ["setx", "setx DB_PASSWORD hunter2hunter2", "hunter2hunter2"],
  ["a Dockerfile", "ENV DB_PASSWORD hunter2hunter2", "hunter2hunter2"],
  ["aws configure", "aws configure set aws_secret_access_key hunter2hunter2", "hunter2hunter2"],
  ["chpasswd", 'echo "root:hunter2hunter2" | chpasswd', "hunter2hunter2"],
  ["a password on stdin", "echo hunter2hunter2 | docker login -u x --password-stdin", "hunter2hunter2"],
  ["a here-string", "gh auth login --with-token <<< hunter2hunter2", "hunter2hunter2"],
  ["docker login", "docker login -u a -p hunter2hunter2 reg.example", "hunter2hunter2"],
  ["sqlcmd", "sqlcmd -S db -U sa -P hunter2hunter2", "hunter2hunter2"],
  ["an option with one dash", "java -password hunter2hunter2", "hunter2hunter2"],
  ["keytool", "keytool -storepass hunter2hunter2", "hunter2hunter2"],
  ["a property of Java", "java -Djavax.net.ssl.keyStorePassword=hunter2hunter2 -jar x", "hunter2hunter2"],
  ["curl's options in one", "curl -su admin:hunter2hunter2 https://x.example", "hunter2hunter2"],
  ["an .npmrc", "//registry.npmjs.org/:_authToken=hunter2hunter2", "hunter2hunter2"],
  ["an .npmrc's user", `_auth=${base64("a:hunter2hunter2")}`, base64("a:hunter2hunter2")],
  ["a .netrc", "machine h login u password hunter2hunter2", "hunter2hunter2"],
  ["a .pgpass", "db.example.com:5432:orders:app:hunter2hunter2", "hunter2hunter2"],
  [
    "Docker's auths",
    `is {"auths":{"r":{"auth":"${base64("a:hunter2hunter2")}"}}}`,
    base64("a:hunter2hunter2"),
  ],
  ["a header without a scheme", "Authorization: hunter2hunter2", "hunter2hunter2"],
  ["a bearer without a digit", "Authorization: bearer abcdefghijklm", "abcdefghijklm"],
  ["Splunk's header", "Authorization: Splunk 6ba7b810-9dad-11d1", "6ba7b810-9dad"],
  ["a cookie", "Cookie: session=hunter2hunter2; a=b", "hunter2hunter2"],
  ["an origin's header", "X-Origin-Verify: hunter2hunter2", "hunter2hunter2"],
  ["a signature of AWS", `AWS4-HMAC-SHA256 SignedHeaders=h, Signature=${HEX.slice(0, 64)}`, HEX.slice(0, 64)],
  ["a hash of bcrypt", `admin:$2y$10$${of(53)}`, of(53)],
  ["a hash of crypt", `$6$saltsalt$${of(86)}`, of(60)],
  ["a hash of Argon2", `$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$${of(43)}`, of(43)],
  [
    "PagerDuty in Europe",
    `https://events.eu.pagerduty.com/integration/${HEX.slice(0, 32)}/enqueue`,
    HEX.slice(0, 32),
  ],
  ["a heartbeat", "https://hc-ping.com/6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6ba7b810-9dad"],
  ["prose with is", "the admin password is hunter2hunter2", "hunter2hunter2"],
  ["prose with a quote", 'the password is "hunter2hunter2" for now', "hunter2hunter2"],
  ["Markdown", "**password**: hunter2hunter2", "hunter2hunter2"],
  ["a table of Markdown", "| password | hunter2hunter2 |", "hunter2hunter2"],
  ["an arrow", "password -> hunter2hunter2", "hunter2hunter2"],
  ["Python's environ", 'os.environ["DB_PASSWORD"] = "hunter2hunter2"', "hunter2hunter2"],
  ["Python's f-string", 'password=f"hunter2hunter2"', "hunter2hunter2"],
  ["a comparison", 'if token == "hunter2hunter2"', "hunter2hunter2"],
  ["a call", 'setPassword("hunter2hunter2")', "hunter2hunter2"],
  ["SQL", "CREATE USER a IDENTIFIED BY 'hunter2hunter2'", "hunter2hunter2"],
  ["SQL of PostgreSQL", "ALTER ROLE a ENCRYPTED PASSWORD 'hunter2hunter2'", "hunter2hunter2"],
  ["another language", "contraseña: hunter2hunter2", "hunter2hunter2"],
  ["a query in a query", "next=password%3Dhunter2hunter2%26a", "hunter2hunter2"],
  ["two keys of AWS", "ASIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"],
  [
    "gzip in base64",
    gzipSync("password=hunter2").toString("base64"),
    gzipSync("password=hunter2").toString("base64").slice(0, 16),
  ],
  ["a user and a password in base64", base64("admin:hunter2hunter2"), base64("admin:hunter2hunter2")],
  [
    "PowerShell's encoded command",
    Buffer.from("$env:DB_PASSWORD='hunter2'", "utf16le").toString("base64"),
    "JABlAG4AdgA6AEQAQg",
  ],
  ["base64 in base64", base64(base64("password=hunter2hunter2")), base64(base64("password=hunter2hunter2"))],
  ["Meta's token", `EAAC${of(80)}`, of(80)],
  ["NVIDIA's key", `nvapi-${of(64)}`, of(64)],
  ["Pinecone's key", `pcsk_${of(60)}`, of(60)],
  ["LangSmith's key", `lsv2_pt_${of(40)}`, of(40)],
  ["CircleCI's token", `CCIPRJ_${of(40)}`, of(40)],
  ["Artifactory's reference token", `cmVmdGtuOj${of(54)}`, of(54)],
  ["a token in base64", `run ${base64(`token=${of(30)}`)}`, base64(`token=${of(30)}`)],
];

describe("a review never shows", () => {
  it("has large tables of names and texts", () => {
    expect(new Set(SECRET_NAMES).size).toBeGreaterThanOrEqual(120);
    expect(SHAPES.length).toBeGreaterThanOrEqual(60);
    expect(READABLE_NAMES.length).toBeGreaterThanOrEqual(60);
  });

  it.each([...new Set(SECRET_NAMES)])("the value of %s, in any attribute or text", (name) => {
    // Prepare
    const [old, next] = ["quiet-brown-otter", "noisy-green-heron"];
    const holders = (value: string): object => ({
      [name]: value,
      block: [{ [name]: `${value}-in-block` }],
      tags: { [name]: `${value}-in-tag` },
      pair: [{ name, value: `${value}-in-pair` }],
      json: JSON.stringify({ settings: { [name]: `${value}-in-json` } }),
      description: `repeats ${value} and ${value}-in-json`,
    });

    // Act
    const shown = shownOf(holders(old), holders(next));

    // Assess
    expect(shown).not.toContain("otter");
    expect(shown).not.toContain("heron");
  });

  it.each(SHAPES)("%s", (_, text, secret) => {
    // Act
    const shown = shownOf({ description: "before" }, { description: text, list: [text], tags: { a: text } });

    // Assess
    expect(text).toContain(secret);
    expect(shown).not.toContain(secret);
    expect(shown).toContain("‹masked");
  });

  it.each([
    ["a user and a password", 'aws_iam_user.u["alice:S3cr3tPassw0rd"]', "S3cr3tPassw0rd"],
    ["a password", 'aws_iam_user.u["S3cr3tPassw0rd"]', "S3cr3tPassw0rd"],
    ["a token", `aws_iam_user.u["ghp_${of(36)}"]`, of(36)],
    ["an assignment", 'module.m["password=hunter2hunter2"].aws_iam_user.u', "hunter2hunter2"],
    ["a connection string", 'aws_db_proxy.u["postgres://app:hunter2hunter2@db/x"]', "hunter2hunter2"],
  ])("%s that is a key of for_each", (_, address, secret) => {
    // Act and assess
    expect(shownOf({ name: "a" }, { name: "b" }, address)).not.toContain(secret);
  });

  it.each<[string, string, object, object]>([
    ["an API key", "aws_api_gateway_api_key", { value: "quiet-otter-1" }, { value: "quiet-otter-2" }],
    ["a parameter", "aws_ssm_parameter", { value: "quiet-otter-1" }, { value: "quiet-otter-2" }],
    [
      "a parameter whose name indicates a secret",
      "aws_ssm_parameter",
      { name: "/prod/db/password", insecure_value: "quiet-otter-1" },
      { name: "/prod/db/password", insecure_value: "quiet-otter-2" },
    ],
    [
      "a binary secret",
      "aws_secretsmanager_secret_version",
      { secret_binary: "quiet-otter-1" },
      { secret_binary: "b" },
    ],
    ["a generated password", "random_password", { result: "quiet-otter-1" }, { result: "quiet-otter-2" }],
    ["a secret of Kubernetes", "kubernetes_secret", { data: { a: "quiet-otter-1" } }, { data: { a: "b" } }],
    [
      "a header that CloudFront sends",
      "aws_cloudfront_distribution",
      { origin: [{ custom_header: [{ name: "X-From", value: "quiet-otter-1" }] }] },
      { origin: [{ custom_header: [{ name: "X-From", value: "quiet-otter-2" }] }] },
    ],
    [
      "a variable of Elastic Beanstalk",
      "aws_elastic_beanstalk_environment",
      {
        setting: [
          { namespace: "aws:elasticbeanstalk:application:environment", name: "A", value: "quiet-otter-1" },
        ],
      },
      {
        setting: [
          { namespace: "aws:elasticbeanstalk:application:environment", name: "A", value: "quiet-otter-2" },
        ],
      },
    ],
    [
      "arguments of a job of Glue",
      "aws_glue_job",
      { non_overridable_arguments: { "--a": "quiet-otter-1" } },
      { non_overridable_arguments: { "--a": "quiet-otter-2" } },
    ],
  ])("the value of %s", (_, type, before, after) => {
    // Act and assess
    expect(shownOf(before, after, `${type}.it`)).not.toContain("otter");
  });

  it.each(["content", "body", "data", "script", "inline"])("base64 in %s, which holds a file", (name) => {
    // Prepare
    const [old, next] = [base64("#!/bin/sh\nmysql -phunter2\n"), base64("#!/bin/sh\nmysql -phunter3\n")];

    // Act
    const shown = shownOf({ [name]: old }, { [name]: next });

    // Assess
    expect(shown).not.toContain(old);
    expect(shown).not.toContain(next);
  });
});

describe("a review shows", () => {
  /** A copy with other texts and numbers. */
  const another = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, one) =>
        typeof one === "string" ? "hours" : typeof one === "number" ? one + 1 : one,
      ),
    );
  const leaves = (value: unknown): string[] =>
    typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];

  it.each(READABLE_NAMES)("the value of %s", (name, value) => {
    // Act
    const shown = shownOf({ [name]: another(value) }, { [name]: value });

    // Assess
    for (const text of leaves(value)) {
      const short = /^[0-9a-f]{40,}$/.test(text) ? text.slice(0, 8) : text;
      expect(shown).toContain(JSON.stringify(short).slice(1, -1));
    }
    expect(shown).not.toContain("‹masked");
  });

  it.each([
    'aws_subnet.s["us-east-1a"]',
    'aws_subnet.s["10.0.1.0/24"]',
    'aws_s3_bucket.b["my-bucket-2024"]',
    'aws_security_group_rule.r["443:tcp"]',
    'aws_iam_role_policy_attachment.a["arn:aws:iam::aws:policy/ReadOnlyAccess"]',
    'module.teams["TeamAlpha"].aws_iam_role.r[0]',
    'aws_iam_user.u["alice@example.com"]',
  ])("the address %s", (address) => {
    // Act and assess
    expect(shownOf({ name: "a" }, { name: "b" }, address)).toContain(JSON.stringify(address).slice(1, -1));
  });
});
