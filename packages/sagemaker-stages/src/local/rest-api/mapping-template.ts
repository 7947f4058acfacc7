import type { HttpRequest } from "../http";

/** The values of a template's variables for one request. */
export interface TemplateContext {
  readonly requestId: string;
  /** The body of the request or of the integration's answer, as text. */
  readonly body: string;
  /** The headers of the request, with the case in which the caller sent their names. @default - none */
  readonly headers?: HttpRequest["headers"];
}

/** The result of a template. */
export interface TemplateResult {
  readonly text: string;
  /** The status that overrides the integration response's status. */
  readonly status?: number;
  /** Headers that are added to the integration response's headers, or override them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A parsed mapping template. */
export interface MappingTemplate {
  /** @throws SyntaxError if the template reads JSON and the body is not JSON: API Gateway then answers 500 */
  evaluate(context: TemplateContext): TemplateResult;
}

/**
 * Parses a mapping template of API Gateway
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html): the part
 * of Velocity that the engine's stacks use. Each directive has a separate line, which is not part of the text.
 *
 * @throws Error that names the first unknown directive or variable
 */
export function parseTemplate(template: string): MappingTemplate {
  const parser = new Parser(template);
  const nodes = parser.readNodes();
  parser.requireEnd();
  return {
    evaluate: (context) => {
      const run = new Run(context);
      return { text: run.write(nodes), ...run.overrides() };
    },
  };
}

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "set"; readonly to: string; readonly parts: readonly Value[] }
  | {
      readonly kind: "if";
      readonly condition: Condition;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

type Value =
  | { readonly of: "text"; readonly text: string }
  | { readonly of: "request id" }
  | { readonly of: "body" }
  | { readonly of: "answer" }
  | { readonly of: "member"; readonly name: string }
  | { readonly of: "header"; readonly name: string }
  | { readonly of: "variable"; readonly name: string };

/** A condition about a variable: a pattern for its whole text, or texts of which one is equal. */
type Condition =
  | { readonly variable: string; readonly pattern: RegExp }
  | { readonly anyOf: readonly { readonly variable: string; readonly text: string }[] };

const SET = /#set\(\$([\w.-]+) = (?:"([^"]*)"|(\d+)|\$(\w+))\)\n?/y;
const IF = /#if\(\$(\w+)\.matches\("([^"]*)"\)\)\n?/y;
/** Texts without `$`: in Velocity, a text in double quotes can contain variables. */
const IF_EQUAL = /#if\((\$\w+ == "[^"$#\\]*"(?: \|\| \$\w+ == "[^"$#\\]*")*)\)\n?/y;
const EQUALITY = /\$(\w+) == "([^"]*)"/g;
const ELSE = /#else\n?/y;
const END = /#end\n?/y;
const REFERENCE =
  /\$(?:context\.(requestId)|input\.(body)|input\.(json)\('\$'\)|!input\.path\('\$\.(\w+)'\)|!input\.params\(\)\.header\.get\('([\w-]+)'\))(?![\w(])/y;
const TEXT = /[^#$]+/y;

/** The target of a `#set`: a variable of the template, the answer's status, or a header of the answer. */
const SETTABLE = /^(?:\w+|context\.responseOverride\.(?:status|header\.[\w-]+))$/;

class Parser {
  private at = 0;

  constructor(private readonly template: string) {}

  /** The nodes before the end of the template, `#else` or `#end`. */
  readNodes(): Node[] {
    const nodes: Node[] = [];
    for (let node = this.readNode(); node !== undefined; node = this.readNode()) nodes.push(node);
    return nodes;
  }

  /** @throws Error for an unknown directive or variable */
  requireEnd(): void {
    if (this.at < this.template.length) throw this.unknown(this.template.slice(this.at));
  }

  private readNode(): Node | undefined {
    const text = this.take(TEXT);
    if (text !== undefined) return { kind: "text", text: text[0] };
    const reference = this.take(REFERENCE);
    if (reference !== undefined) return { kind: "value", value: toValue(reference) };
    const set = this.take(SET);
    if (set !== undefined) return this.toSet(set);
    const condition = this.takeCondition();
    return condition === undefined ? undefined : this.readBranches(condition);
  }

  private takeCondition(): Condition | undefined {
    const matches = this.take(IF);
    if (matches !== undefined) {
      const [, variable = "", pattern = ""] = matches;
      // As Java's String.matches(), which compares the whole text.
      return { variable, pattern: new RegExp(`^(?:${pattern})$`) };
    }
    const [, equalities] = this.take(IF_EQUAL) ?? [];
    if (equalities === undefined) return undefined;
    return {
      anyOf: [...equalities.matchAll(EQUALITY)].map(([, variable = "", text = ""]) => ({ variable, text })),
    };
  }

  private toSet([whole, to = "", text, number, variable]: RegExpExecArray): Node {
    if (!SETTABLE.test(to)) throw this.unknown(whole);
    if (variable !== undefined) return { kind: "set", to, parts: [{ of: "variable", name: variable }] };
    return {
      kind: "set",
      to,
      parts: number === undefined ? this.toParts(text ?? "") : [{ of: "text", text: number }],
    };
  }

  /** A quoted text that can contain variables. */
  private toParts(text: string): Value[] {
    return new Parser(text).readWhole().map((node) => {
      if (node.kind === "text") return { of: "text", text: node.text };
      if (node.kind === "value") return node.value;
      throw this.unknown(text);
    });
  }

  private readWhole(): Node[] {
    const nodes = this.readNodes();
    this.requireEnd();
    return nodes;
  }

  private readBranches(condition: Condition): Node {
    const then = this.readNodes();
    const otherwise = this.take(ELSE) === undefined ? [] : this.readNodes();
    if (this.take(END) === undefined)
      throw this.unknown(this.template.slice(this.at) || "the end of the template");
    return { kind: "if", condition, then, otherwise };
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.template);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private unknown(rest: string): Error {
    const [line = ""] = rest.split("\n");
    return new Error(
      `mapping template: got ${JSON.stringify(line.slice(0, 80))}; allowed: #set of a variable or of $context.responseOverride, #if with matches() or ==, #else, #end, $context.requestId, $input.body, $input.json('$'), $!input.path('$.<member>') and $!input.params().header.get('<name>')`,
    );
  }
}

function toValue([, requestId, body, json, member, header = ""]: RegExpExecArray): Value {
  if (requestId !== undefined) return { of: "request id" };
  if (body !== undefined) return { of: "body" };
  if (json !== undefined) return { of: "answer" };
  return member === undefined ? { of: "header", name: header } : { of: "member", name: member };
}

const STATUS = "context.responseOverride.status";
const HEADER = "context.responseOverride.header.";

class Run {
  private readonly variables = new Map<string, string>();

  constructor(private readonly context: TemplateContext) {}

  write(nodes: readonly Node[]): string {
    return nodes.map((node) => this.writeNode(node)).join("");
  }

  overrides(): Omit<TemplateResult, "text"> {
    const status = this.variables.get(STATUS);
    const headers = [...this.variables]
      .filter(([name]) => name.startsWith(HEADER))
      .map(([name, value]) => [name.slice(HEADER.length), value] as const);
    return {
      ...(status === undefined ? {} : { status: Number(status) }),
      headers: Object.fromEntries(headers),
    };
  }

  private writeNode(node: Node): string {
    switch (node.kind) {
      case "text":
        return node.text;
      case "value":
        return this.valueOf(node.value);
      case "set":
        this.variables.set(node.to, node.parts.map((part) => this.valueOf(part)).join(""));
        return "";
      case "if":
        return this.write(this.holds(node.condition) ? node.then : node.otherwise);
    }
  }

  private holds(condition: Condition): boolean {
    if ("pattern" in condition) {
      return condition.pattern.test(this.variables.get(condition.variable) ?? "");
    }
    // A variable without a value is equal to no text.
    return condition.anyOf.some(({ variable, text }) => this.variables.get(variable) === text);
  }

  private valueOf(value: Value): string {
    switch (value.of) {
      case "text":
        return value.text;
      case "request id":
        return this.context.requestId;
      case "body":
        return this.context.body;
      case "answer":
        return JSON.stringify(JSON.parse(this.context.body));
      case "member":
        return memberOf(this.context.body, value.name);
      case "header":
        return headerNamed(this.context.headers ?? [], value.name);
      case "variable":
        return this.variables.get(value.name) ?? "";
    }
  }
}

/**
 * `$!input.params().header.get('<name>')`: an empty text if the request has no header with exactly this name. The names keep
 * the caller's case. Of several headers with the name, the last one counts, as in the `headers` of a function's event.
 */
function headerNamed(headers: HttpRequest["headers"], name: string): string {
  return headers.filter(([key]) => key === name).at(-1)?.[1] ?? "";
}

/** `$!input.path('$.<name>')`: an empty text if the member is missing or null. */
function memberOf(body: string, name: string): string {
  const document: unknown = JSON.parse(body);
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, name)) return "";
  const member: unknown = Reflect.get(document, name);
  if (member === null) return "";
  return typeof member === "string" ? member : JSON.stringify(member);
}
