/** Attributes with the variables of a program: of functions, containers, jobs or stages. The words are in lower case. */
const VARIABLES =
  /(?:^| )(?:env|environment|environment variables?|env vars?|variables|default arguments|non overridable arguments|job parameters|custom headers?|http headers?|insert headers?)$/;

/**
 * The endings of the names of secrets, as words in lower case. A name with other words at the end describes a secret and is
 * not a secret: `secret_arn`, `token_validity`, `password_policy`, `key_name`.
 */
const NOUNS: readonly string[] = [
  "pass ?(?:word|words|wd|phrase|phrases|code|codes|wort)?",
  "pwd|pw|pws|psk|psks|pins?|pin code|pat|pats|otp|totp|jwt|hmac|sas|sas url|sas uri|sig|salt|pepper|bearer",
  "secrets?|tokens?|credentials?|creds?|apikeys?|authkeys?|privatekey|secretkey|accesskey|keytab|keystore|netrc|npmrc|pgpass",
  "(?:private|priv|api|app|application|secret|signing|signature|access|account|storage|session|auth|authentication|authorization|shared|master|encryption|encrypt|decryption|cipher|crypto|aes|rsa|hmac|license|licence|consumer|client|deploy|function|host|admin|root|webhook|integration|routing|service|subscription|instrumentation|ingest|ingestion|write|cookie|csrf|jwt|tls|ssl|ssh private|cert|certificate|server|registration|activation|pre ?shared) keys?",
  "key (?:material|data|pem)|private pem|pfx|p12|pkcs ?12",
  "(?:connection|conn|connect) ?(?:string|str|uri|url)s?|connstr|dsn|dsns",
  "web ?hooks?|(?:web ?)?hook (?:url|uri|endpoint)s?",
  "kube ?config|docker ?config(?: ?json)?|docker ?auth|dockerconfigjson|service account(?: key)? json|google credentials json|htpasswd",
  "bind (?:pw|pass)|docker auth config|(?:origin|webhook|cdn) (?:verify|secret header)|functions key|npm auth|registry auth|mot de passe|contraseña|contrasena|senha|wachtwoord",
  "basic auth|authorization header|auth header|shared access signature|client certificate data",
  "mnemonic|seed phrase|recovery codes?|backup codes?|(?:mfa|verification|unlock|unseal|one time) codes?",
  // Scripts that machines run at their start, and base64 content: users write secrets into them.
  "user ?data|custom ?data|cloud ?init|(?:startup|init|bootstrap|boot) ?script|content base64|base64 content",
];

/** The words that can follow: the same secret in another format. */
const FORMS =
  "value|values|string|text|plain|plaintext|plain text|base ?64|b64|hash|hashed|hex|pem|json|yaml|raw|data|encrypted|cipher ?text|old|new|current|previous|next|primary|secondary|wo|write only|override|default|\\d+|[ab]";

const SECRET = new RegExp(`(?:^| )(?:${NOUNS.join("|")})(?: (?:${FORMS})){0,2}$`);

/** Names of secrets without a separator: `PGPASSWORD`, `mysqlpwd`, `clientsecret`. */
const GLUED =
  /^(?:db|sql|mysql|pg|user|admin|root|smtp|redis|mongo|ldap|ftp|store|key|trust|bind|proxy|login)(?:pass|pw|pwd)$|[a-z](?:password|passwd|passphrase|secret|token|apikey|secretkey|accesskey|privatekey)$|^[a-z]{2,}pwd$/;

/** Names of settings that end like the name of a secret. */
const SETTING =
  /^(?:(?:metadata )?http tokens|(?:.* )?(?:max|min|maximum|minimum|total|number of|num|input|output|prompt|completion|stop|new|special) tokens?|enable .*|disable .*|require .*|requires .*|allow .*|manage .*|use .*|has .*|is .*|rotate .*|reset .*|needs .*|with .*)$/;

/** Whether an attribute of this name contains the variables of a program. */
export const isVariablesName = memoize((name) => VARIABLES.test(toWords(name)));

/** Whether a value of this name is a secret. */
export const isSecretName = memoize((name) => {
  const words = toWords(name);
  return (SECRET.test(words) || GLUED.test(words)) && !SETTING.test(words);
});

/** Names of attributes with the content of a file or a script. */
const CONTENT = /(?:^| )(?:content|contents|body|data|script|inline|source|payload|manifest|template|input)$/;

/** Whether a value of this name is content. The review hides encoded content. */
export const isContentName = memoize((name) => CONTENT.test(toWords(name)));

/** Names of attributes that describe the secret above them, e.g. in a database's `master_user_secret`. */
const ABOUT = /(?:^| )(?:arn|arns|status|version|version id|kms key id|key id|type|units?)$/;

/** Whether a value of this name describes the secret above it. */
export const isSecretMetadataName = memoize((name) => ABOUT.test(toWords(name)));

/** Values of settings. Such a value is not a secret, whatever its name is. */
const PLAIN =
  /^(?:|true|false|yes|no|on|off|none|null|required|optional|enabled|disabled|default|always|never|auto|seconds|minutes|hours|days|header|query|cookie|authorizer|open|aws_iam|iam|custom|jwt|api_key|apikey|cognito_user_pools|request|token|oauth2?|basic|plaintext|string|number|boolean|secretstring|inactive|active|[*])$/i;

/** A reference to a secret: an ARN, or the syntax of CloudFormation, ECS and others. */
const REFERENCE =
  /^(?:arn:[\w-]+:[\w-]+:[\w-]*:\d*:[^\s"']+|\{\{resolve:[^}]+\}\}|\$\{[^}]*\}|secretref:[\w-]+)$/;

/** Whether a value is a setting or a reference to a secret, and not a secret. */
export function isNonSecretValue(value: string): boolean {
  return PLAIN.test(value) || REFERENCE.test(value);
}

/** Caches the results of a test, because a plan contains each name many times. */
function memoize(test: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const result = known.get(name) ?? test(name);
    known.set(name, result);
    return result;
  };
}

/** The number of characters at the end of a name that the tests read. */
const MAX_NAME = 200;

/** Splits a name into words: `dbPassword`, `DB_PASSWORD` and `db-password` become `db password`. */
function toWords(name: string): string {
  return name
    .slice(-MAX_NAME)
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replaceAll(/[^\p{L}\d]+/gu, " ")
    .trim()
    .toLowerCase();
}
