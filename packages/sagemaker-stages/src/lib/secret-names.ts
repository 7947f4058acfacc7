/** Attributes that hold the variables of a program: of functions, containers, jobs, stages. In words, in lower case. */
const VARIABLES =
  /(?:^| )(?:env|environment|environment variables?|env vars?|variables|default arguments|non overridable arguments|job parameters|custom headers?|http headers?|insert headers?)$/;

/**
 * What a name ends with that is the name of a secret, in words, in lower case. A name that goes on says something about
 * a secret, and is none: `secret_arn`, `token_validity`, `password_policy`, `key_name`.
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
  // What machines run at their start, and what else is kept in base64: it is written with secrets in it.
  "user ?data|custom ?data|cloud ?init|(?:startup|init|bootstrap|boot) ?script|content base64|base64 content",
];

/** What can follow: the same secret, in another form. */
const FORMS =
  "value|values|string|text|plain|plaintext|plain text|base ?64|b64|hash|hashed|hex|pem|json|yaml|raw|data|encrypted|cipher ?text|old|new|current|previous|next|primary|secondary|wo|write only|override|default|\\d+|[ab]";

const SECRET = new RegExp(`(?:^| )(?:${NOUNS.join("|")})(?: (?:${FORMS})){0,2}$`);

/** Words that are written in one: `PGPASSWORD`, `mysqlpwd`, `clientsecret`. */
const GLUED =
  /^(?:db|sql|mysql|pg|user|admin|root|smtp|redis|mongo|ldap|ftp|store|key|trust|bind|proxy|login)(?:pass|pw|pwd)$|[a-z](?:password|passwd|passphrase|secret|token|apikey|secretkey|accesskey|privatekey)$|^[a-z]{2,}pwd$/;

/** Ends like a secret, and is a setting. */
const SETTING =
  /^(?:(?:metadata )?http tokens|(?:.* )?(?:max|min|maximum|minimum|total|number of|num|input|output|prompt|completion|stop|new|special) tokens?|enable .*|disable .*|require .*|requires .*|allow .*|manage .*|use .*|has .*|is .*|rotate .*|reset .*|needs .*|with .*)$/;

/** What is below the name are the variables of a program. */
export const isOfVariables = remembering((name) => VARIABLES.test(inWords(name)));

/** Whether a value of this name is a secret. */
export const isSecretName = remembering((name) => {
  const words = inWords(name);
  return (SECRET.test(words) || GLUED.test(words)) && !SETTING.test(words);
});

/** Names of texts that carry the content of a file or a script. */
const CONTENT = /(?:^| )(?:content|contents|body|data|script|inline|source|payload|manifest|template|input)$/;

/** Whether the value carries content, which is kept back where it is encoded. */
export const isContentName = remembering((name) => CONTENT.test(inWords(name)));

/** What is below the name of a secret and says something about it, e.g. of a database's `master_user_secret`. */
const ABOUT = /(?:^| )(?:arn|arns|status|version|version id|kms key id|key id|type|units?)$/;

/** Whether the value says something about the secret that it is below. */
export const isAboutSecret = remembering((name) => ABOUT.test(inWords(name)));

/** Values of settings, which are no secrets whatever they are called. */
const PLAIN =
  /^(?:|true|false|yes|no|on|off|none|null|required|optional|enabled|disabled|default|always|never|auto|seconds|minutes|hours|days|header|query|cookie|authorizer|open|aws_iam|iam|custom|jwt|api_key|apikey|cognito_user_pools|request|token|oauth2?|basic|plaintext|string|number|boolean|secretstring|inactive|active|[*])$/i;

/** An ARN, or how CloudFormation, ECS and others refer to a secret that is kept elsewhere. */
const REFERENCE =
  /^(?:arn:[\w-]+:[\w-]+:[\w-]*:\d*:[^\s"']+|\{\{resolve:[^}]+\}\}|\$\{[^}]*\}|secretref:[\w-]+)$/;

/** Whether a value of a secret's name is none: a setting, or where the secret is kept. */
export function isNoSecret(value: string): boolean {
  return PLAIN.test(value) || REFERENCE.test(value);
}

/** Plans have few names, and each of them many times. */
function remembering(judge: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const judged = known.get(name) ?? judge(name);
    known.set(name, judged);
    return judged;
  };
}

/** A longer name is none of a programmer's. */
const MAX_NAME = 200;

/** `dbPassword`, `DB_PASSWORD` and `db-password` are `db password`. */
function inWords(name: string): string {
  return name
    .slice(-MAX_NAME)
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replaceAll(/[^\p{L}\d]+/gu, " ")
    .trim()
    .toLowerCase();
}
