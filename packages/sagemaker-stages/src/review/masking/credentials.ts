import { isNonSecretValue, isSecretName } from "../../lib/secret-names";
import { API_KEY, JSON_WEB_TOKEN, PRIVATE_KEY, TOKENS, USER_OF_ADDRESS } from "../../lib/secret-shapes";

/** The position of a credential in a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A kind of credential with a known form. All repetitions are bounded, so that no text makes a pattern slow. */
interface Shape {
  /** Every text with such a credential contains one of these hints. The search for hints is fast, and is first. */
  readonly hints: readonly string[];
  /** With the flag `d`. The group `secret` is the credential; without this group, the whole match is the credential. */
  readonly pattern: RegExp;
}

const SHAPES: readonly Shape[] = [
  { hints: [""], pattern: TOKENS },
  { hints: ["sk-"], pattern: API_KEY },
  // Tokens without a prefix of words: Twilio, Mailchimp, Telegram, Discord, Terraform Cloud, Airtable, Entra ID.
  { hints: ["SK"], pattern: /\bSK[0-9a-f]{32}\b/dg },
  { hints: ["-us"], pattern: /\b[0-9a-f]{32}-us\d{1,2}\b/dg },
  { hints: [":A"], pattern: /\b\d{6,16}:A[\w-]{32,40}/dg },
  { hints: ["."], pattern: /\b[MNO][A-Za-z\d]{22,28}\.[\w-]{6}\.[\w-]{27,40}/dg },
  { hints: [".atlasv1."], pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,80}/dg },
  { hints: ["pat"], pattern: /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/dg },
  { hints: ["Q~"], pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/dg },
  // JSON Web Tokens, and credentials in HTTP headers.
  { hints: ["eyJ"], pattern: JSON_WEB_TOKEN },
  { hints: ["earer"], pattern: /\b[Bb]earer\s{1,3}(?<secret>(?=[A-Za-z._~+/-]*[\d=])[\w.~+/-]{8,4000}=*)/dg },
  { hints: ["asic"], pattern: /\b[Bb]asic\s{1,3}(?<secret>(?=[a-z]*[A-Z\d=])[A-Za-z\d+/]{8,4000}={0,2})/dg },
  // Not a placeholder such as <key>, and not the backslash before a quotation mark: without it, JSON in JSON is unreadable.
  {
    hints: ["uthorization"],
    pattern:
      /[Aa]uthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:Token|ApiKey|Digest|Negotiate|Bearer|Basic|GenieKey|SSWS|Splunk)\s{1,3})(?<secret>(?!<[\w -]{1,40}>)(?:[^\s"',;\\]|\\(?!["'])){4,4000})/dgi,
  },
  {
    hints: ["uthorization"],
    pattern:
      /\b[Aa]uthorization["']?\s{0,3}[:=]\s{0,3}["']?(?<secret>(?=[^\s"',;]{0,200}\d)[\w.~+/=-]{8,4000})/dg,
  },
  { hints: ["_auth"], pattern: /(?:^|[\s:])_auth\s?=\s?["']?(?<secret>[^\s"']{8,4000})/dgm },
  // Headers whose names indicate a session, a key or a signature.
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
  // Password hashes, from which a password can be guessed: crypt, bcrypt, Argon2, and SCRAM of PostgreSQL.
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
  // The start of gzip data in base64. The content cannot be searched.
  { hints: ["H4sI"], pattern: /(?<![A-Za-z0-9+/_-])H4sI[A-Za-z0-9+/_-]{16,100000}={0,2}/dg },
  { hints: ["PRIVATE KEY", "PRIVATE+KEY"], pattern: PRIVATE_KEY },
  { hints: ["Private-Lines:"], pattern: /Private-Lines:[\s\S]*$/dg },
  // Users in URLs and in other connection strings. A number and a slash are a port and a path.
  { hints: ["://"], pattern: USER_OF_ADDRESS },
  // The password of a database or a broker can start with a number, and contain a quotation mark.
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
  // Webhooks: the path is the credential.
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
  // Options of commands: a user with a password, and the short option of a password.
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
  // The standard input of a command: `echo … | … --password-stdin`, `<<<`.
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

/** A text that can contain a secret access key of AWS. */
const SECRET_KEY = /(?<=^|[^A-Za-z0-9/+._-]|(?:AKIA|ASIA)[A-Z0-9]{16}[:/])[A-Za-z0-9/+._-]{40,}/dg;

/**
 * The characters between a name and its value: `=`, `:` or `=>`, in quotes or not, with or without escapes; `"] =` of a
 * map in a program; `**:` of Markdown. The value can follow a tag or an anchor of YAML, a string prefix of Python, or a
 * brace of ODBC.
 */
const ASSIGNMENT =
  /(?:\\{0,3}["'`]\]?|\*{1,2}|\])?\s{0,3}(?:=>|->|:=|={1,3}|:|%3D)\*{0,2}\s{0,3}(?:(?:!!\w{1,20}|&\w{1,20})\s{1,3})?(?:[bfru]{1,2}(?=["']))?(?:(?<escape>\\{0,3})(?<open>"""|'{3}|["'`])|(?<brace>\{)(?=[^{}"'\s:][^{}"':]{0,200}\}))?/dgi;

/** The words before the assignment. In prose, the last words are the name. */
const NAME_BEFORE =
  /(?:(?<![\w/.-]|[\w:/]:)(?:[\p{L}\d_.-]{1,40} ){0,2}|(?<=\s-)|(?<=\$env:)|(?<=\/:))[\p{L}_$][\p{L}\d_.-]{0,60}$/u;

/** A longer text is not a name, and makes the search slow. */
const MAX_NAME = 150;

/** The number of characters that {@link NAME_BEFORE} reads before a name. */
const MAX_BEFORE_NAME = 5;

/**
 * The end of the text before `index` that {@link NAME_BEFORE} can match, and the characters before it. The pattern has no
 * fixed start, so that the time of a search grows with the square of the length.
 */
function textBefore(text: string, index: number): string {
  const min = Math.max(0, index - MAX_NAME);
  let start = index;
  while (start > min && canBeInName(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(Math.max(min, start - MAX_BEFORE_NAME), index);
}

/** Whether the words before an assignment can contain a character. Outside of ASCII, {@link NAME_BEFORE} decides. */
function canBeInName(code: number): boolean {
  return code > 0x7f || IN_NAME.has(code);
}

const IN_NAME: ReadonlySet<number> = new Set(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$.- "].map((one) => one.charCodeAt(0)),
);

/** The credentials in `text`, identified by their form or by the name before them; sorted and without overlaps. */
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

/** A shorter text cannot contain a credential and its name. */
const MIN_LENGTH = 8;

function shapesIn(text: string): Range[] {
  return SHAPES.filter(({ hints }) => hints.some((hint) => text.includes(hint))).flatMap(({ pattern }) =>
    [...text.matchAll(pattern)].flatMap((match): Range[] => {
      const { name, secret } = match.groups ?? {};
      if (name !== undefined && (!isSecretName(name) || isNonSecretValue(secret ?? ""))) return [];
      const [start, end] = match.indices?.groups?.secret ?? match.indices?.[0] ?? [0, 0];
      return [{ start, end }];
    }),
  );
}

function secretKeysIn(text: string): Range[] {
  if (text.length < 40) return [];
  return [...text.matchAll(SECRET_KEY)].flatMap((match) =>
    isSecretKey(match[0]) ? { start: match.index, end: match.index + 40 } : [],
  );
}

/** 40 characters of base64 that are not a hexadecimal hash. */
function isSecretKey(word: string): boolean {
  return (
    word.length === 40 &&
    /^[A-Za-z0-9/+]+$/.test(word) &&
    /[A-Z]/.test(word) &&
    /[a-z]/.test(word) &&
    /\d/.test(word)
  );
}

/** Values whose names indicate secrets, in shells, JSON, connection strings and prose. */
function assignedIn(text: string): Range[] {
  if (!/[=:]|->|%3D/i.test(text)) return [];
  return [...text.matchAll(ASSIGNMENT)].flatMap((match): Range[] => {
    const name = NAME_BEFORE.exec(textBefore(text, match.index))?.[0];
    if (name === undefined || !isSecretName(name)) return [];
    const { open, brace, escape: escapes = "" } = match.groups ?? {};
    const start = match.index + match[0].length;
    const quote = brace === undefined ? open : "}";
    const end =
      quote === undefined ? endOfWord(text, start) : endOfQuoted(text, start, quote, escapes.length);
    const value = text.slice(start, end);
    if (value.length < 4 || isNonSecretValue(value) || isStructure(value)) return [];
    return quote === undefined && PROSE_WORDS.has(value.toLowerCase()) ? [] : [{ start, end }];
  });
}

/** Words that continue a sentence: `Missing Authentication Token: this path …`. */
const PROSE_WORDS: ReadonlySet<string> = new Set(
  "must this that these those they there your their when which what where with from have will were each every only here then than used uses using needs need given after before should would cannot unless until while because".split(
    " ",
  ),
);

function endOfWord(text: string, start: number): number {
  const length = text.slice(start, start + MAX_VALUE).search(/[\s"'`,;&<>|)}\]\\]|%26/);
  return length < 0 ? Math.min(text.length, start + MAX_VALUE) : start + length;
}

/** @param escapes - backslashes before the opening quote; a quote with more backslashes is part of the value */
function endOfQuoted(text: string, start: number, quote: string, escapes: number): number {
  for (let end = text.indexOf(quote, start); end >= 0; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (text.charAt(end - 1 - backslashes) === "\\") backslashes += 1;
    // Two backslashes are one backslash of the value, and escape nothing.
    if (escapes > 0 ? backslashes <= escapes : backslashes % 2 === 0)
      return end - Math.min(backslashes, escapes);
  }
  return text.length;
}

const MAX_VALUE = 4_000;

/** Whether the text starts an object, a list or the rest of a URL, and is not a value. */
function isStructure(value: string): boolean {
  return /^(?:[{[(]|\/\/|‹masked|[|>][+-]?\d?$|!(?:Ref|Sub|GetAtt|ImportValue|Join|Select|FindInMap)$)/.test(
    value,
  );
}

/** A name with values that do not directly follow it: lines of YAML, a list, an XML element, a command. */
interface Block {
  readonly hints: readonly string[];
  /** With the flag `d` and the groups `name` and `value`. The group `value` can contain several values. */
  readonly pattern: RegExp;
  /** Finds each value in the group `value`; by default, the whole group is the value. */
  readonly each?: RegExp;
}

const BLOCKS: readonly Block[] = [
  // `password: |` and `password: >-` of YAML, with the value on the next lines.
  {
    hints: ["|", ">"],
    pattern:
      /(?<![\w.-])(?<name>[\w.-]{1,60})["']?:[ \t]{1,3}[|>][+-]?\d?[ \t]*\n(?<value>[ \t]{1,40}\S[^\n]*(?:\n(?:[ \t]{1,40}[^\n]*)?)*)/dg,
    each: /\S[^\n]{3,}/dg,
  },
  // A list of YAML, and a list of JSON.
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
  // A value on the line after the name: `DB_PASSWORD:` and then `value: …`.
  {
    hints: ["value:", "default:"],
    pattern:
      /(?<![\w.-])(?<name>[\w.-]{1,60})["']?:[ \t]*\n[ \t]{1,40}(?:type:[^\n]{0,60}\n[ \t]{1,40})?(?:value|default):[ \t]{0,3}["']?(?<value>[^\s"'][^\n"']{3,500})/dgi,
  },
  // A name and a value as two members, in YAML, in JSON, as attributes of XML, as parameters of CloudFormation.
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
  // A command, a Dockerfile or a `.netrc` with a space between name and value.
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
  // The argument of a function, and a password in SQL.
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
  // Prose: `the password is …`. The value contains letters and digits, unlike a word.
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
        if (!isSecret || isNonSecretValue(value.trim()) || /^\d{1,5}$/.test(value)) return [];
        const [start, end] = match.indices?.groups?.value ?? [0, 0];
        if (each === undefined) return isStructure(value) ? [] : [{ start, end }];
        return [...value.matchAll(each)].flatMap(({ 0: one, index }) =>
          isNonSecretValue(one) ? [] : [{ start: start + index, end: start + index + one.length }],
        );
      }),
  );
}

/** A character that ends a run of base64. */
const NO_BASE64 = /[^A-Za-z0-9+/_=-]/g;

/** A shorter run of base64 cannot contain a credential and its name. */
const MIN_BASE64 = 16;

/** Runs of base64 whose decoded text contains credentials. */
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

/** Text with more layers of encoding only consumes time. */
const MAX_ENCODINGS = 3;

/** A user and a password, as in HTTP basic authentication and in the credentials of registries. */
const USER_AND_PASSWORD = /^[\w.@+-]{1,64}:(?!\/\/)[\x21-\x7e]{4,256}$/;

function holdsCredentials(decoded: string, depth: number): boolean {
  if (USER_AND_PASSWORD.test(decoded) && !decoded.startsWith("arn:")) return true;
  const found = [shapesIn, secretKeysIn, assignedIn, blocksIn].some((find) => find(decoded).length > 0);
  return found || (depth < MAX_ENCODINGS && encodedIn(decoded, depth + 1).length > 0);
}

/** Decodes a text in base64; undefined if the result is not a text, e.g. for a hash or an id. */
export function decodedText(base64: string): string | undefined {
  const bare = base64.replaceAll("=", "");
  if (bare.length < 12 || bare.length % 4 === 1) return undefined;
  const bytes = Buffer.from(bare, "base64");
  // PowerShell's encoded commands are UTF-16: every second byte of an ASCII text is zero.
  const isUtf16 = bytes.length % 2 === 0 && bytes.every((byte, index) => index % 2 === 0 || byte === 0);
  const decoded = bytes.toString(isUtf16 ? "utf16le" : "utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a text does not contain these characters
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

/** The credentials in the keys of an address, e.g. `aws_iam_user.u["alice:S3cr3tPassw0rd"]`. */
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

/** Whether a word contains letters of both cases with digits or symbols between them, unlike a name. */
function looksLikePassword(word: string): boolean {
  return (
    word.length >= 8 &&
    /[a-z]/.test(word) &&
    /[A-Z]/.test(word) &&
    (/[A-Za-z]\d+[A-Za-z]/.test(word) || /[!@#$%^&*+~?]/.test(word))
  );
}
