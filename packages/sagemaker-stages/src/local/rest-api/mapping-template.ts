/** The values of a template's variables for one request. */
export interface TemplateContext {
  readonly requestId: string;
  /** The body of the request or of the integration's answer, as text. */
  readonly body: string;
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
      readonly variable: string;
      readonly pattern: RegExp;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

type Value =
  | { readonly of: "text"; readonly text: string }
  | { readonly of: "request id" }
  | { readonly of: "body" }
  | { readonly of: "member"; readonly name: string };

const SET = /#set\(\$([\w.-]+) = (?:"([^"]*)"|(\d+))\)\n?/y;
const IF = /#if\(\$(\w+)\.matches\("([^"]*)"\)\)\n?/y;
const ELSE = /#else\n?/y;
const END = /#end\n?/y;
const REFERENCE = /\$(?:context\.(requestId)|input\.(body)|!input\.path\('\$\.(\w+)'\))(?![\w(])/y;
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
    const condition = this.take(IF);
    return condition === undefined ? undefined : this.readBranches(condition);
  }

  private toSet([whole, to = "", text, number]: RegExpExecArray): Node {
    if (!SETTABLE.test(to)) throw this.unknown(whole);
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

  private readBranches([, variable = "", pattern = ""]: RegExpExecArray): Node {
    const then = this.readNodes();
    const otherwise = this.take(ELSE) === undefined ? [] : this.readNodes();
    if (this.take(END) === undefined)
      throw this.unknown(this.template.slice(this.at) || "the end of the template");
    // As Java's String.matches(), which compares the whole text.
    return { kind: "if", variable, pattern: new RegExp(`^(?:${pattern})$`), then, otherwise };
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
      `mapping template: got ${JSON.stringify(line.slice(0, 80))}; allowed: #set of a variable or of $context.responseOverride, #if with matches(), #else, #end, $context.requestId, $input.body and $!input.path('$.<member>')`,
    );
  }
}

function toValue([, requestId, body, name = ""]: RegExpExecArray): Value {
  if (requestId !== undefined) return { of: "request id" };
  return body === undefined ? { of: "member", name } : { of: "body" };
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
        return this.write(
          node.pattern.test(this.variables.get(node.variable) ?? "") ? node.then : node.otherwise,
        );
    }
  }

  private valueOf(value: Value): string {
    switch (value.of) {
      case "text":
        return value.text;
      case "request id":
        return this.context.requestId;
      case "body":
        return this.context.body;
      case "member":
        return memberOf(this.context.body, value.name);
    }
  }
}

/** `$!input.path('$.<name>')`: an empty text if the member is missing or null. */
function memberOf(body: string, name: string): string {
  const document: unknown = JSON.parse(body);
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, name)) return "";
  const member: unknown = Reflect.get(document, name);
  if (member === null) return "";
  return typeof member === "string" ? member : JSON.stringify(member);
}
