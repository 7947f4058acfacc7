import { isNoSecret, isSecretName } from "./secret-names";
import { TOKEN_PREFIXES } from "./token-prefixes";

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

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const ANY_OF_TOKENS = "\\w.~+/=-";

/** The last character of a token is none that ends a sentence. */
const tokenPattern = ([
  prefix,
  length,
  characters = ANY_OF_TOKENS,
]: (typeof TOKEN_PREFIXES)[number]): string => `${escaped(prefix)}[${characters}]{${length},500}(?<![./~])`;

const TOKENS = new RegExp(`(?<![A-Za-z0-9])(?:${TOKEN_PREFIXES.map(tokenPattern).join("|")})`, "dg");

const SHAPES: readonly Shape[] = [
  { hints: [""], pattern: TOKENS },
  // A name can begin in the same way, and has no digit.
  { hints: ["sk-"], pattern: /(?<![A-Za-z0-9-])sk-(?=[A-Za-z_-]{0,200}\d)[\w-]{20,500}/dg },
  // Tokens without a word before them: Twilio, Mailchimp, Telegram, Discord, Terraform Cloud, Airtable, Entra ID.
  { hints: ["SK"], pattern: /\bSK[0-9a-f]{32}\b/dg },
  { hints: ["-us"], pattern: /\b[0-9a-f]{32}-us\d{1,2}\b/dg },
  { hints: [":A"], pattern: /\b\d{6,16}:A[\w-]{32,40}/dg },
  { hints: ["."], pattern: /\b[MNO][A-Za-z\d]{22,28}\.[\w-]{6}\.[\w-]{27,40}/dg },
  { hints: [".atlasv1."], pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,80}/dg },
  { hints: ["pat"], pattern: /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/dg },
  { hints: ["Q~"], pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/dg },
  // JSON Web Tokens, and what HTTP authorizes with.
  { hints: ["eyJ"], pattern: /\beyJ[\w-]{8,4000}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?/dg },
  { hints: ["earer"], pattern: /\b[Bb]earer\s{1,3}(?<secret>(?=[A-Za-z._~+/-]*[\d=])[\w.~+/-]{8,4000}=*)/dg },
  { hints: ["asic"], pattern: /\b[Bb]asic\s{1,3}(?<secret>(?=[a-z]*[A-Z\d=])[A-Za-z\d+/]{8,4000}={0,2})/dg },
  {
    hints: ["uthorization"],
    pattern:
      /[Aa]uthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:Token|ApiKey|Digest|Negotiate|Bearer|Basic|GenieKey|SSWS)\s{1,3})(?<secret>[^\s"',;]{4,4000})/dg,
  },
  {
    hints: ["PRIVATE KEY"],
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/dg,
  },
  { hints: ["Private-Lines:"], pattern: /Private-Lines:[\s\S]*$/dg },
  // Users of URLs and of other connection strings. A number and a slash are a port and a path.
  {
    hints: ["://"],
    pattern: /:\/\/(?<secret>[^\s/?#@"':]{0,200}:(?!\d{1,5}[/?])[^\s"'<>]{1,200})@(?=[\w.[-])/dg,
  },
  { hints: ["://"], pattern: /:\/\/(?<secret>[^\s/?#@"':]{16,200})@(?=[\w.[-])/dg },
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
    ],
    pattern:
      /https?:\/\/(?:[\w-]{1,60}\.){0,4}(?:logic\.azure\.com(?::\d+)?\/workflows|webhook\.office\.com|maker\.ifttt\.com\/trigger|api\.telegram\.org\/bot|events\.pagerduty\.com\/integration|alert\.victorops\.com\/integrations|hook\.[\w.]{0,20}make\.com)\/?(?<secret>[^\s"'<>]{6,2000})/dg,
  },
  // Options of commands: a user with a password, and a password by its short name.
  {
    hints: ["-u", "--user"],
    pattern: /(?:^|\s)(?:-u|--user)[ =]?["']?(?<secret>[^\s"':]{1,100}:[^\s"']{1,200})/dg,
  },
  {
    hints: [" -p", " -a"],
    pattern:
      /\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|mongo|mongosh|redis-cli|htpasswd)\b[^|;&\n]{0,200}?\s-[pa]\s?["']?(?<secret>[^\s"'-][^\s"']{3,200})/dg,
  },
  {
    hints: ["--"],
    pattern: /(?:^|\s)--?(?<name>[A-Za-z][\w-]{1,60})[ =]["']?(?<secret>[^\s"'-][^\s"']{2,500})/dg,
  },
];

/** What AWS's secret keys are made of. */
const OF_SECRET_KEYS = /[A-Za-z0-9/+=._:-]{40,}/dg;

/** What stands between a name and its value: `=`, `:`, `=>`, in quotes or not, escaped or not. */
const ASSIGNMENT = /(?<quote>\\{0,3}["'])?\s{0,3}(?:=>|:=|=|:)(?<space>\s{0,3})(?:\\{0,3}(?<open>["']))?/dg;

/** The words before it: of prose, the last ones, which say what it is. */
const NAME_BEFORE = /(?<![\w/.-]|[\w:/]:)(?:[\w.-]{1,40} ){0,2}[A-Za-z_$][\w.-]{0,60}$/;

/** Longer names are none, and would make this slow. */
const MAX_NAME = 150;

/** Everything in `text` that is a credential by its shape, or by the name before it; in order, none in another. */
export function credentialsIn(text: string): readonly Range[] {
  if (text.length < MIN_LENGTH) return [];
  return merged([...shapesIn(text), ...secretKeysIn(text), ...assignedIn(text), ...encodedIn(text)]);
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
  if (!/[=:]/.test(text)) return [];
  return [...text.matchAll(ASSIGNMENT)].flatMap((match): Range[] => {
    const name = NAME_BEFORE.exec(text.slice(Math.max(0, match.index - MAX_NAME), match.index))?.[0];
    if (name === undefined || !isSecretName(name)) return [];
    const { open } = match.groups ?? {};
    const start = match.index + match[0].length;
    const end = open === undefined ? endOfWord(text, start) : endOfQuoted(text, start, open);
    const value = text.slice(start, end);
    if (value.length < 4 || isNoSecret(value) || isOfStructure(value)) return [];
    return open === undefined && OF_PROSE.has(value.toLowerCase()) ? [] : [{ start, end }];
  });
}

/** With these, a sentence goes on: `Missing Authentication Token: this path …`. */
const OF_PROSE: ReadonlySet<string> = new Set(
  "must this that these those they there your their when which what where with from have will were each every only here then than used uses using needs need given after before should would cannot unless until while because".split(
    " ",
  ),
);

function endOfWord(text: string, start: number): number {
  const length = text.slice(start, start + MAX_VALUE).search(/[\s"',;&<>|)}\]\\]/);
  return length < 0 ? Math.min(text.length, start + MAX_VALUE) : start + length;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  const end = text.indexOf(quote, start);
  const last = end < 0 ? text.length : end;
  // The quote itself can be escaped.
  return text.charAt(last - 1) === "\\" ? last - 1 : last;
}

const MAX_VALUE = 4_000;

/** What begins an object, a list or a URL's rest, and is no value. */
function isOfStructure(value: string): boolean {
  return /^(?:[{[(]|\/\/|‹masked)/.test(value);
}

/** What separates runs of base64. */
const NO_BASE64 = /[^A-Za-z0-9+/_=-]/g;

/** A shorter run of base64 holds no credential with its name. */
const MIN_BASE64 = 16;

/** What is credentials once it is decoded. */
function encodedIn(text: string): Range[] {
  const found: Range[] = [];
  let start = 0;
  const take = (end: number): void => {
    const decoded = end - start < MIN_BASE64 ? undefined : decodedText(text.slice(start, end));
    if (decoded !== undefined && holdsCredentials(decoded)) found.push({ start, end });
    start = end + 1;
  };
  for (const { index } of text.matchAll(NO_BASE64)) take(index);
  take(text.length);
  return found;
}

function holdsCredentials(decoded: string): boolean {
  return shapesIn(decoded).length + secretKeysIn(decoded).length + assignedIn(decoded).length > 0;
}

/** The text that is encoded in base64; undefined where it is none: a hash or an id decodes to no text. */
export function decodedText(base64: string): string | undefined {
  const bare = base64.replaceAll("=", "");
  if (bare.length < 12 || bare.length % 4 === 1) return undefined;
  const decoded = Buffer.from(bare, "base64").toString("utf8");
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
