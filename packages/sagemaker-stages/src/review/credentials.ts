import { isNoSecret, isSecretName } from "../lib/secret-names";
import { API_KEY, JSON_WEB_TOKEN, PRIVATE_KEY, TOKENS, USER_OF_ADDRESS } from "../lib/secret-shapes";

/** Where a credential stands in a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A kind of credential that is known by its shape. The repetitions are bounded: no text keeps a pattern busy. */
interface Shape {
  /** One of these is in every text that holds one: looked for first, because that is quick. */
  readonly hints: readonly string[];
  /** With the flag `d`. The group `secret` is the credential, where it is not all. */
  readonly pattern: RegExp;
}

const SHAPES: readonly Shape[] = [
  { hints: [""], pattern: TOKENS },
  { hints: ["sk-"], pattern: API_KEY },
  // Tokens without a word before them: Twilio, Mailchimp, Telegram, Discord, Terraform Cloud, Airtable, Entra ID.
  { hints: ["SK"], pattern: /\bSK[0-9a-f]{32}\b/dg },
  { hints: ["-us"], pattern: /\b[0-9a-f]{32}-us\d{1,2}\b/dg },
  { hints: [":A"], pattern: /\b\d{6,16}:A[\w-]{32,40}/dg },
  { hints: ["."], pattern: /\b[MNO][A-Za-z\d]{22,28}\.[\w-]{6}\.[\w-]{27,40}/dg },
  { hints: [".atlasv1."], pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,80}/dg },
  { hints: ["pat"], pattern: /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/dg },
  { hints: ["Q~"], pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/dg },
  // JSON Web Tokens, and what HTTP authorizes with.
  { hints: ["eyJ"], pattern: JSON_WEB_TOKEN },
  { hints: ["earer"], pattern: /\b[Bb]earer\s{1,3}(?<secret>(?=[A-Za-z._~+/-]*[\d=])[\w.~+/-]{8,4000}=*)/dg },
  { hints: ["asic"], pattern: /\b[Bb]asic\s{1,3}(?<secret>(?=[a-z]*[A-Z\d=])[A-Za-z\d+/]{8,4000}={0,2})/dg },
  {
    hints: ["uthorization"],
    pattern:
      /[Aa]uthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:Token|ApiKey|Digest|Negotiate|Bearer|Basic|GenieKey|SSWS|Splunk)\s{1,3})(?<secret>[^\s"',;]{4,4000})/dgi,
  },
  {
    hints: ["uthorization"],
    pattern:
      /\b[Aa]uthorization["']?\s{0,3}[:=]\s{0,3}["']?(?<secret>(?=[^\s"',;]{0,200}\d)[\w.~+/=-]{8,4000})/dg,
  },
  { hints: ["_auth"], pattern: /(?:^|[\s:])_auth\s?=\s?["']?(?<secret>[^\s"']{8,4000})/dgm },
  // Headers that carry a session, a key or a signature by their names.
  {
    hints: ["ookie"],
    pattern: /\b(?:[Ss]et-)?[Cc]ookie["']?\s{0,3}:\s{0,3}["']?(?<secret>[\w.-]{1,100}=[^\n"']{4,4000})/dg,
  },
  {
    hints: ["X-", "x-", "X_"],
    pattern:
      /\b[Xx][-_][\w-]{0,40}(?:[Ss]ignature|[Vv]erify|[Kk]ey|[Aa]uth)["']?\s{0,3}[:=]\s{0,3}["']?(?<secret>(?=[^\s"',;]{0,200}\d)[^\s"',;]{8,4000})/dg,
  },
  { hints: ["Signature="], pattern: /\bSignature=(?<secret>[\w%+/=-]{20,2000})/dg },
  { hints: ["sessionid", "SESSIONID"], pattern: /;jsessionid=(?<secret>[^\s"'?#;]{6,500})/dgi },
  // Hashes of passwords, which can be searched for the password: crypt's, bcrypt's, Argon2's; scram's of PostgreSQL.
  {
    hints: ["$"],
    pattern:
      /\$(?:apr1|1|2[abxy]|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,20})\$[\w$./=,+-]{16,500}/dg,
  },
  { hints: ["SCRAM-SHA-"], pattern: /SCRAM-SHA-\d+\$[\w$./:=+-]{20,500}/dg },
  // A line of `.pgpass`.
  {
    hints: [":"],
    pattern:
      /^(?:[\w-]{1,60}\.[\w.-]{1,200}|localhost|\*):(?:\d{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:(?<secret>\S{4,200})$/dgm,
  },
  // What gzip begins with, in base64: whatever is in it, nobody reads it.
  { hints: ["H4sI"], pattern: /(?<![A-Za-z0-9+/_-])H4sI[A-Za-z0-9+/_-]{16,100000}={0,2}/dg },
  { hints: ["PRIVATE KEY", "PRIVATE+KEY"], pattern: PRIVATE_KEY },
  { hints: ["Private-Lines:"], pattern: /Private-Lines:[\s\S]*$/dg },
  // Users of URLs and of other connection strings. A number and a slash are a port and a path.
  { hints: ["://"], pattern: USER_OF_ADDRESS },
  // Of a database or a broker, a number can be a password's begin, and a quote a part of it.
  {
    hints: ["://"],
    pattern:
      /\b(?!https?:|s3:|ssh:|git:|file:)[a-z][\w+.-]{1,40}:\/\/(?<secret>[^\s/?#@":]{0,200}:[^\s"<>@]{1,200})@(?=[\w.[-])/dg,
  },
  { hints: ["://"], pattern: /:\/\/(?<secret>[^\s/?#@"':]{16,200})@(?=[\w.[-])/dg },
  {
    hints: ["://"],
    pattern:
      /:\/\/(?<secret>(?=[^@]{0,20}\d)(?=[^@]{0,20}[a-z])(?=[^@]{0,20}[A-Z])[\w-]{10,16})@(?=[\w.[-])/dg,
  },
  { hints: ["sqlplus"], pattern: /\bsqlplus\b[^\n]{0,60}\s\w{1,60}\/(?<secret>[^\s"'@]{4,200})@/dg },
  { hints: ["@tcp(", "@unix("], pattern: /(?<secret>[^\s"'/:]{1,100}:[^\s"']{1,200})@(?:tcp|unix)\(/dg },
  { hints: ["jdbc:oracle"], pattern: /jdbc:oracle:\w{1,10}:(?<secret>[^\s"'@]{1,200})@/dg },
  // Signatures and keys in the query of a URL.
  {
    hints: ["?", "&"],
    pattern:
      /[?&](?:sig|signature|key|code|auth|s|hmac|x-amz-(?:signature|security-token|credential)|x-goog-(?:signature|credential)|googleaccessid|awsaccesskeyid|subscription-key)=(?<secret>[^\s&"'#<>]{6,2000})/dgi,
  },
  // Webhooks: who knows the path may post.
  {
    hints: ["hook"],
    pattern:
      /https?:\/\/(?:[\w-]{1,60}\.){0,6}(?:hooks?|webhooks?|hooks?\.[\w-]{1,60})\.[\w.-]{1,60}\/(?<secret>[^\s"'<>]{6,2000})/dgi,
  },
  {
    hints: ["hook"],
    pattern:
      /https?:\/\/[^\s"'/]{1,200}\/(?:[^\s"'?]{0,200}\/)?(?:incoming-?)?(?:web)?hooks?(?:\/v\d)?\/(?<secret>[^\s"'<>]{8,2000})/dgi,
  },
  {
    hints: [
      "logic.azure.com",
      "webhook.office.com",
      "ifttt.com",
      "pipedream.net",
      "telegram.org",
      "pagerduty.com",
      "victorops.com",
      "make.com",
      "hc-ping.com",
      "betterstack.com",
      "webhook.site",
    ],
    pattern:
      /https?:\/\/(?:[\w-]{1,60}\.){0,4}(?:logic\.azure\.com(?::\d+)?\/workflows|webhook\.office\.com|maker\.ifttt\.com\/trigger|api\.telegram\.org\/bot|hc-ping\.com|uptime\.betterstack\.com\/api\/v1\/(?:heartbeat|incoming-webhook)|webhook\.site|events(?:\.eu)?\.pagerduty\.com\/integration|alert\.victorops\.com\/integrations|hook\.[\w.]{0,20}make\.com)\/?(?<secret>[^\s"'<>]{6,2000})/dg,
  },
  // Options of commands: a user with a password, and a password by its short name.
  {
    hints: ["-u", "-user"],
    pattern:
      /(?:^|\s)(?:-u|--user|--proxy-user)[ =]?["']?(?!\d+:\d+\b)(?<secret>[^\s"':]{1,100}:[^\s"']{1,200})/dg,
  },
  {
    hints: [" -p", " -a"],
    pattern:
      /\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|mongo|mongosh|redis-cli|htpasswd)\b[^|;&\n]{0,200}?\s-[pa]\s?["']?(?<secret>[^\s"'-][^\s"']{3,200})/dg,
  },
  {
    hints: [" -p", " -P", " -w", " -k", " -t"],
    pattern:
      /\b(?:(?:docker|podman|az|oc|helm registry|buildah|nerdctl) login|mongodump|mongorestore|mongoexport|mongoimport|sqlcmd|bcp|ldapsearch|ldapadd|ldapmodify|ldappasswd|zip|unzip|7za?|openssl \w{1,20}|influx|vault|cqlsh|pscp|plink)\b[^|;&\n]{0,200}?\s-[pPwkt]\s?["']?(?<secret>(?!\d{1,5}(?:\s|$))[^\s"'-][^\s"']{3,200})/dg,
  },
  {
    hints: ["curl"],
    pattern: /\bcurl\b[^|;&\n]{0,200}?\s-[a-zA-Z]{1,8}u\s?["']?(?<secret>[^\s"':]{1,100}:[^\s"']{1,200})/dg,
  },
  // What a command reads: `echo … | … --password-stdin`, `<<<`.
  {
    hints: ["stdin", "chpasswd"],
    pattern:
      /\b(?:echo|printf)\s{1,3}(?:-\w\s{1,3})?(?:(?<quote>["'])(?<secret>[^"'\n]{4,200})\k<quote>|(?<word>[^\s"'|]{4,200}))\s{0,3}\|[^|\n]{0,200}(?:-stdin|\bchpasswd)\b/dg,
  },
  {
    hints: ["<<<"],
    pattern: /(?:login|password|token|passwd)[^|;\n]{0,60}<<<\s{0,3}["']?(?<secret>[^\s"']{4,500})/dg,
  },
  { hints: ["vault login"], pattern: /\bvault login (?<secret>[^\s"'=-][^\s"'=]{7,200})/dg },
  { hints: ["net user"], pattern: /\bnet user \S{1,60} (?<secret>[^\s/"'*][^\s"']{3,200})/dg },
  {
    hints: ["ConvertTo-SecureString"],
    pattern: /ConvertTo-SecureString (?:-String )?["'](?<secret>[^"'\n]{4,500})/dg,
  },
  { hints: ["bundle config"], pattern: /\bbundle config \S{1,100} (?<secret>[^\s"':]{1,100}:\S{4,200})/dg },
  {
    hints: ["smbclient", "net rpc", "rpcclient"],
    pattern: /-U\s?["']?(?<secret>[^\s"'%]{1,100}%[^\s"']{4,200})/dg,
  },
  {
    hints: ["-"],
    pattern: /(?:^|\s)--?D?(?<name>[A-Za-z][\w.-]{1,60})[ =]["']?(?<secret>[^\s"'-][^\s"']{2,500})/dg,
  },
];

/** What AWS's secret keys are made of. */
const OF_SECRET_KEYS = /(?<=^|[^A-Za-z0-9/+._-]|(?:AKIA|ASIA)[A-Z0-9]{16}[:/])[A-Za-z0-9/+._-]{40,}/dg;

/**
 * What stands between a name and its value: `=`, `:`, `=>`, in quotes or not, escaped or not; `"] =` of a map in a
 * program, `**:` of Markdown. Before the value: a tag or an anchor of YAML, the letter of a text in Python, braces of
 * ODBC.
 */
const ASSIGNMENT =
  /(?:\\{0,3}["'`]\]?|\*{1,2}|\])?\s{0,3}(?:=>|->|:=|={1,3}|:|%3D)\*{0,2}\s{0,3}(?:(?:!!\w{1,20}|&\w{1,20})\s{1,3})?(?:[bfru]{1,2}(?=["']))?(?:(?<escape>\\{0,3})(?<open>"""|'{3}|["'`])|(?<brace>\{)(?=[^{}"'\s:][^{}"':]{0,200}\}))?/dgi;

/** The words before it: of prose, the last ones, which say what it is. */
const NAME_BEFORE =
  /(?:(?<![\w/.-]|[\w:/]:)(?:[\p{L}\d_.-]{1,40} ){0,2}|(?<=\s-)|(?<=\$env:)|(?<=\/:))[\p{L}_$][\p{L}\d_.-]{0,60}$/u;

/** Longer names are none, and would make this slow. */
const MAX_NAME = 150;

/** Everything in `text` that is a credential by its shape, or by the name before it; in order, none in another. */
export function credentialsIn(text: string): readonly Range[] {
  if (text.length < MIN_LENGTH) return [];
  return merged([
    ...shapesIn(text),
    ...secretKeysIn(text),
    ...assignedIn(text),
    ...blocksIn(text),
    ...encodedIn(text, 0),
  ]);
}

/** Nothing shorter is a credential with what makes it one. */
const MIN_LENGTH = 8;

function shapesIn(text: string): Range[] {
  return SHAPES.filter(({ hints }) => hints.some((hint) => text.includes(hint))).flatMap(({ pattern }) =>
    [...text.matchAll(pattern)].flatMap((match): Range[] => {
      const { name, secret } = match.groups ?? {};
      if (name !== undefined && (!isSecretName(name) || isNoSecret(secret ?? ""))) return [];
      const [start, end] = match.indices?.groups?.secret ?? match.indices?.[0] ?? [0, 0];
      return [{ start, end }];
    }),
  );
}

function secretKeysIn(text: string): Range[] {
  if (text.length < 40) return [];
  return [...text.matchAll(OF_SECRET_KEYS)].flatMap((match) =>
    isSecretKey(match[0]) ? { start: match.index, end: match.index + 40 } : [],
  );
}

/** Forty characters of base64, and no hash in hexadecimal digits. */
function isSecretKey(word: string): boolean {
  return (
    word.length === 40 &&
    /^[A-Za-z0-9/+]+$/.test(word) &&
    /[A-Z]/.test(word) &&
    /[a-z]/.test(word) &&
    /\d/.test(word)
  );
}

/** Values of names that say that they are secrets, in shells, JSON, connection strings and prose. */
function assignedIn(text: string): Range[] {
  if (!/[=:]|->|%3D/i.test(text)) return [];
  return [...text.matchAll(ASSIGNMENT)].flatMap((match): Range[] => {
    const name = NAME_BEFORE.exec(text.slice(Math.max(0, match.index - MAX_NAME), match.index))?.[0];
    if (name === undefined || !isSecretName(name)) return [];
    const { open, brace, escape: escapes = "" } = match.groups ?? {};
    const start = match.index + match[0].length;
    const quote = brace === undefined ? open : "}";
    const end =
      quote === undefined ? endOfWord(text, start) : endOfQuoted(text, start, quote, escapes.length);
    const value = text.slice(start, end);
    if (value.length < 4 || isNoSecret(value) || isOfStructure(value)) return [];
    return quote === undefined && OF_PROSE.has(value.toLowerCase()) ? [] : [{ start, end }];
  });
}

/** With these, a sentence goes on: `Missing Authentication Token: this path …`. */
const OF_PROSE: ReadonlySet<string> = new Set(
  "must this that these those they there your their when which what where with from have will were each every only here then than used uses using needs need given after before should would cannot unless until while because".split(
    " ",
  ),
);

function endOfWord(text: string, start: number): number {
  const length = text.slice(start, start + MAX_VALUE).search(/[\s"'`,;&<>|)}\]\\]|%26/);
  return length < 0 ? Math.min(text.length, start + MAX_VALUE) : start + length;
}

/** @param escapes - how many backslashes the opening quote has; a quote with more of them is part of the value */
function endOfQuoted(text: string, start: number, quote: string, escapes: number): number {
  for (let end = text.indexOf(quote, start); end >= 0; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (text.charAt(end - 1 - backslashes) === "\\") backslashes += 1;
    // Two backslashes are one of the value, and escape nothing.
    if (escapes > 0 ? backslashes <= escapes : backslashes % 2 === 0)
      return end - Math.min(backslashes, escapes);
  }
  return text.length;
}

const MAX_VALUE = 4_000;

/** What begins an object, a list or a URL's rest, and is no value. */
function isOfStructure(value: string): boolean {
  return /^(?:[{[(]|\/\/|‹masked|[|>][+-]?\d?$|!(?:Ref|Sub|GetAtt|ImportValue|Join|Select|FindInMap)$)/.test(
    value,
  );
}

/** A name before values that are no word after it: lines of YAML, a list, the text of an element, what a command sets. */
interface Block {
  readonly hints: readonly string[];
  /** With the flag `d`, the groups `name` and `value`, of which the value can hold several. */
  readonly pattern: RegExp;
  /** Of the group `value`, what is a value each; all of it where it is left out. */
  readonly each?: RegExp;
}

const BLOCKS: readonly Block[] = [
  // `password: |` and `password: >-` of YAML, with the value below.
  {
    hints: ["|", ">"],
    pattern:
      /(?<![\w.-])(?<name>[\w.-]{1,60})["']?:[ \t]{1,3}[|>][+-]?\d?[ \t]*\n(?<value>[ \t]{1,40}\S[^\n]*(?:\n(?:[ \t]{1,40}[^\n]*)?)*)/dg,
    each: /\S[^\n]{3,}/dg,
  },
  // A list of YAML, and one of JSON.
  {
    hints: ["- "],
    pattern: /(?<![\w.-])(?<name>[\w.-]{1,60})["']?:[ \t]*\n(?<value>(?:[ \t]{0,40}- [^\n]+(?:\n|$))+)/dg,
    each: /(?<=- ["']?)[^\s"'][^\n"']{3,}/dg,
  },
  {
    hints: ["["],
    pattern: /(?<![\w.-])(?<name>[\w.-]{1,60})\\{0,3}["']?\s{0,3}[:=]\s{0,3}\[(?<value>[^[\]{}]{1,4000})\]/dg,
    each: /[^\s"',\\]{4,}/dg,
  },
  // A value below the name: `DB_PASSWORD:` and then `value: …`.
  {
    hints: ["value:", "default:"],
    pattern:
      /(?<![\w.-])(?<name>[\w.-]{1,60})["']?:[ \t]*\n[ \t]{1,40}(?:type:[^\n]{0,60}\n[ \t]{1,40})?(?:value|default):[ \t]{0,3}["']?(?<value>[^\s"'][^\n"']{3,500})/dgi,
  },
  // A name and a value as neighbours, in YAML, in JSON, as attributes of XML, as parameters of CloudFormation.
  {
    hints: ["alue"],
    pattern:
      /\b(?:parameter)?(?:name|key)\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?(?<name>[\w./-]{1,80})\\{0,3}["']?[\s,]{1,60}(?:\\{0,3}["']?type\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?\w{1,40}\\{0,3}["']?[\s,]{1,60})?\\{0,3}["']?(?:parameter)?value\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?(?<value>[^\s"',\\}][^\n"'\\}]{3,500})/dgi,
  },
  {
    hints: ["alue"],
    pattern:
      /\bvalue\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["'](?<value>[^"'\\]{4,500})\\{0,3}["'][\s,]{1,60}(?:\\{0,3}["']?type\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?\w{1,40}\\{0,3}["']?[\s,]{1,60})?\\{0,3}["']?(?:name|key)\\{0,3}["']?\s{0,3}[:=]\s{0,3}\\{0,3}["']?(?<name>[\w./-]{1,80})/dgi,
  },
  // The text of an element of XML, escaped or not.
  {
    hints: ["<"],
    pattern: /<(?<name>[A-Za-z][\w.:-]{0,60})(?:\s[^<>]{0,200})?>(?<value>[^<>]{4,4000})<\//dg,
  },
  { hints: ["&lt;"], pattern: /&lt;(?<name>[A-Za-z][\w.:-]{0,60})&gt;(?<value>[^<>&]{4,4000})&lt;\//dg },
  // A heredoc of a shell or of Terraform.
  {
    hints: ["<<"],
    pattern:
      /(?<![\w.-])(?<name>[\w.-]{1,60})["']?\s{0,3}=\s{0,3}<<[-~]?["']?(?<end>\w{1,40})["']?\n(?<value>[\s\S]{4,800}?)\n\s*\k<end>/dg,
  },
  // What a command, a Dockerfile or a `.netrc` sets with a space between.
  {
    hints: ["set", "ENV", "ARG", "SET"],
    pattern:
      /\b(?:setx?(?: -\w{1,4})?|SETX?|ENV|ARG)[ \t]{1,3}(?<name>\w[\w.-]{0,60})[ \t]{1,3}["']?(?<value>[^\s"'=][^\s"']{3,500})/dg,
  },
  {
    hints: ["login", "user", "machine"],
    pattern:
      /\b(?:login|user|account)[ \t]{1,3}\S{1,100}\s{1,40}(?<name>password)[ \t]{1,3}(?<value>(?=\S{0,200}[^a-z\s])\S{4,500})/dg,
  },
  // The argument of a function, and the word of SQL.
  {
    hints: ["("],
    pattern:
      /(?<![\w.-])(?<name>(?!get|fetch|read|find|lookup)[A-Za-z_][\w.]{1,60}) ?\(\s{0,3}["'](?<value>[^"'\n]{4,500})["']/dg,
  },
  {
    hints: ["'"],
    pattern:
      /\b(?:(?<name>password|passwd|secret)|identified (?:with \w{1,40} )?(?:by|as)) ["'](?<value>[^"'\n]{4,500})["']/dgi,
  },
  // Columns: a tab, or the bars of a table.
  { hints: ["\t"], pattern: /(?<![\w.-])(?<name>[\w.-]{1,60})\t{1,4}(?<value>[^\s"']{4,500})/dg },
  {
    hints: ["|"],
    pattern: /\|\s{0,20}(?<name>[\w. -]{1,60}?)\s{0,20}\|\s{0,20}(?<value>[^\s|]{4,500})\s{0,20}\|/dg,
  },
  // Prose: `the password is …`, of which the value has letters and digits, as no word has.
  {
    hints: ["pass", "Pass", "PASS", "token", "Token", "secret", "Secret", "key", "Key", "pwd", "PIN", "pin"],
    pattern:
      /(?<![\w.-])(?<name>(?:password|passwd|pwd|passphrase|passcode|token|secret|api[ _-]?key|secret key|access key|pin))\s(?:(?:is|was|to|are|reset to|set to|changed to|has been|now|=)\s{1,3}){0,3}["'`(]{0,2}(?<value>(?=[^\s"'`]{0,60}\d)(?=[^\s"'`]{0,60}[A-Za-z])(?!arn:|https?:|s3:|v\d)(?:(?=\S{0,60}[A-Z])(?=\S{0,60}[a-z])[^\s"'`(),;/:]{8,500}|(?<=\b(?:is|to|was) ["'`]?)[^\s"'`(),;/:]{6,500}))/dgi,
  },
  {
    hints: ["pass", "Pass"],
    pattern: /(?<![\w.-])(?<name>password|passphrase) \((?<value>(?=[^\s()]{0,60}\d)[^\s()]{6,200})\)/dgi,
  },
];

function blocksIn(text: string): Range[] {
  return BLOCKS.filter(({ hints }) => hints.some((hint) => text.includes(hint))).flatMap(
    ({ pattern, each }) =>
      [...text.matchAll(pattern)].flatMap((match): Range[] => {
        const { name, value = "" } = match.groups ?? {};
        const isSecret = name === undefined || isSecretName(name.replace(/^set(?=[A-Z_])/, ""));
        if (!isSecret || isNoSecret(value.trim()) || /^\d{1,5}$/.test(value)) return [];
        const [start, end] = match.indices?.groups?.value ?? [0, 0];
        if (each === undefined) return isOfStructure(value) ? [] : [{ start, end }];
        return [...value.matchAll(each)].flatMap(({ 0: one, index }) =>
          isNoSecret(one) ? [] : [{ start: start + index, end: start + index + one.length }],
        );
      }),
  );
}

/** What separates runs of base64. */
const NO_BASE64 = /[^A-Za-z0-9+/_=-]/g;

/** A shorter run of base64 holds no credential with its name. */
const MIN_BASE64 = 16;

/** What is credentials once it is decoded. */
function encodedIn(text: string, depth: number): Range[] {
  const found: Range[] = [];
  let start = 0;
  const take = (end: number): void => {
    const decoded = end - start < MIN_BASE64 ? undefined : decodedText(text.slice(start, end));
    if (decoded !== undefined && holdsCredentials(decoded, depth)) found.push({ start, end });
    start = end + 1;
  };
  for (const { index } of text.matchAll(NO_BASE64)) take(index);
  take(text.length);
  return found;
}

/** What is encoded more often than this was made to keep a reader busy. */
const MAX_ENCODINGS = 3;

/** A user and a password, as HTTP's basic authentication and registries encode them. */
const USER_AND_PASSWORD = /^[\w.@+-]{1,64}:(?!\/\/)[\x21-\x7e]{4,256}$/;

function holdsCredentials(decoded: string, depth: number): boolean {
  if (USER_AND_PASSWORD.test(decoded) && !decoded.startsWith("arn:")) return true;
  const found = [shapesIn, secretKeysIn, assignedIn, blocksIn].some((find) => find(decoded).length > 0);
  return found || (depth < MAX_ENCODINGS && encodedIn(decoded, depth + 1).length > 0);
}

/** The text that is encoded in base64; undefined where it is none: a hash or an id decodes to no text. */
export function decodedText(base64: string): string | undefined {
  const bare = base64.replaceAll("=", "");
  if (bare.length < 12 || bare.length % 4 === 1) return undefined;
  const bytes = Buffer.from(bare, "base64");
  // What PowerShell takes as its encoded command is UTF-16, in which every second byte of ASCII is zero.
  const isUtf16 = bytes.length % 2 === 0 && bytes.every((byte, index) => index % 2 === 0 || byte === 0);
  const decoded = bytes.toString(isUtf16 ? "utf16le" : "utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what texts do not have
  return /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/.test(decoded) ? undefined : decoded;
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const found: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start)) {
    const last = found.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else if (end > start) found.push({ start, end });
  }
  return found;
}

/** The key of an instance of `for_each` in an address. */
const KEY = /\["((?:[^"\\]|\\.){1,1000})"\]/dg;

/** What looks like a password in the keys of an address, e.g. `aws_iam_user.u["alice:S3cr3tPassw0rd"]`. */
export function credentialsInAddress(address: string): readonly Range[] {
  const found = [...address.matchAll(KEY)].flatMap((match): Range[] => {
    const [start = 0] = match.indices?.[1] ?? [];
    const key = match[1] ?? "";
    if (key.startsWith("arn:")) return [];
    const words = [...key.matchAll(/[^\s/,:=|;._-]{6,}/g)].filter(({ 0: word, index }) => {
      const isSecondOfPair = /[:=|]/.test(key.charAt(index - 1));
      return looksLikePassword(word) || (isSecondOfPair && /[A-Za-z]/.test(word) && /[^A-Za-z]/.test(word));
    });
    return words.map((word) => ({
      start: start + word.index,
      end: start + word.index + word[0].length,
    }));
  });
  return merged([...credentialsIn(address), ...found]);
}

/** Letters of both cases, and digits or signs between them, as no name has them. */
function looksLikePassword(word: string): boolean {
  return (
    word.length >= 8 &&
    /[a-z]/.test(word) &&
    /[A-Z]/.test(word) &&
    (/[A-Za-z]\d+[A-Za-z]/.test(word) || /[!@#$%^&*+~?]/.test(word))
  );
}
