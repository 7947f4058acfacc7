import { describe, expect, it } from "@jest/globals";
import { BAD_GATEWAY, THROTTLED_OR_REFUSED, UNAVAILABLE } from "../../src/constructs/api/sagemaker-templates";
import { parseTemplate, type TemplateResult } from "../../src/local/rest-api/mapping-template";

const REQUEST_ID = "c1e5a3f0-7f3f-4c64-8d35-0f6b1c2d3e4f";

function evaluate(template: string, body = ""): TemplateResult {
  return parseTemplate(template).evaluate({ requestId: REQUEST_ID, body });
}

describe("a mapping template", () => {
  it("inserts the request's id and body", () => {
    // Act
    const { text } = evaluate('{"id":"$context.requestId","body":$input.body}', '{"a": 10.00}');

    // Assess
    expect(text).toBe(`{"id":"${REQUEST_ID}","body":{"a": 10.00}}`);
  });

  it.each([
    ["a text", '{"message":"one"}', "one"],
    ["null", '{"message":null}', ""],
    ["nothing", "{}", ""],
    ["a number", '{"message":1.5}', "1.5"],
    ["a member of the prototype", '{"__proto__":{"message":"one"}}', ""],
    ["no object", "null", ""],
  ])("reads a member that is %s", (_, body, expected) => {
    // Act
    const { text } = evaluate("<$!input.path('$.message')>", body);

    // Assess
    expect(text).toBe(`<${expected}>`);
  });

  it("evaluates one branch, with its overrides of status and headers", () => {
    // Prepare
    const template = [
      `#set($kind = "$!input.path('$.kind')")`,
      '#if($kind.matches("a|b+"))',
      "#set($context.responseOverride.status = 418)",
      "first",
      "#else",
      '#set($context.responseOverride.header.Retry-After = "7")',
      "second",
      "#end",
    ].join("\n");

    // Act
    const first = evaluate(template, '{"kind":"bb"}');
    const second = evaluate(template, '{"kind":"abb"}');

    // Assess
    expect(first).toEqual({ text: "first\n", status: 418, headers: {} });
    expect(second).toEqual({ text: "second\n", headers: { "Retry-After": "7" } });
  });

  it.each([
    ["an equal text", "a.c", "yes"],
    ["another equal text", "b", "yes"],
    ["a text that matches only as a regular expression", "abc", "no"],
    ["a longer text", "a.cd", "no"],
    ["an empty text", "", "no"],
  ])("compares whole texts when a condition has == and the value is %s", (_, value, expected) => {
    // Prepare
    const template = [
      `#set($a = "$!input.path('$.a')")`,
      '#if($a == "a.c" || $a == "b")',
      "#set($context.responseOverride.header.X-Value = $a)",
      "yes",
      "#else",
      "no",
      "#end",
    ].join("\n");

    // Act
    const result = evaluate(template, JSON.stringify({ a: value }));

    // Assess
    expect(result.text).toBe(`${expected}\n`);
    expect(result.headers).toEqual(expected === "yes" ? { "X-Value": value } : {});
  });

  it("compares no text with a variable that has no value", () => {
    // Act
    const { text } = evaluate('#if($unknown == "")\nempty\n#else\nno value\n#end');

    // Assess
    expect(text).toBe("no value\n");
  });

  it("reads the last header with exactly the name", () => {
    // Prepare
    const headers = [
      ["Origin", "first"],
      ["Origin", "last"],
      ["origin", "lower case"],
    ] as const;
    const template = "$!input.params().header.get('Origin'),$!input.params().header.get('Other')";

    // Act
    const { text } = parseTemplate(template).evaluate({ requestId: REQUEST_ID, body: "", headers });

    // Assess
    expect(text).toBe("last,");
  });

  it("writes the JSON of the body again when the template contains $input.json", () => {
    // Act
    const { text } = evaluate("$input.json('$')", '{ "a": [10.50, "x"] }');

    // Assess
    expect(text).toBe('{"a":[10.5,"x"]}');
  });

  it("throws when the template reads JSON and the body is not JSON", () => {
    // Act
    const act = () => evaluate("$!input.path('$.message')", "<html>");

    // Assess
    expect(act).toThrow(SyntaxError);
  });

  it.each([
    ["a loop", "#foreach($one in $all)$one#end", "#foreach($one in $all)$one#end"],
    ["another variable", "$context.identity.sourceIp", "$context.identity.sourceIp"],
    ["a header of the caller", "$input.params('x')", "$input.params('x')"],
    ["a path in JSON", "$!input.path('$.a.b')", "$!input.path('$.a.b')"],
    ["a longer variable", "$context.requestIdentity", "$context.requestIdentity"],
    ["an assignment to another variable", '#set($context.requestOverride.path = "x")', "#set("],
    ["a text with another variable", '#set($a = "$stageVariables.b")', "$stageVariables.b"],
    ["another condition", '#if($a != "b")x#end', '#if($a != "b")x#end'],
    ["a comparison with a variable", '#if($a == "$b")x#end', '#if($a == "$b")x#end'],
    ["a comparison of a reference", '#if($input.body == "b")x#end', '#if($input.body == "b")x#end'],
    ["a condition without an end", '#if($a.matches("b"))x', "the end of the template"],
    ["an end without a condition", "x#end", "#end"],
    ["a dollar", "5 $", "$"],
  ])("a template with %s is refused, and the error names the unsupported part", (_, template, named) => {
    // Act
    const act = () => parseTemplate(template);

    // Assess
    expect(act).toThrow(
      expect.objectContaining({ message: expect.stringContaining(JSON.stringify(named).slice(1, -1)) }),
    );
  });
});

describe("a template of the engine's stacks", () => {
  it.each([
    ["the endpoint failed", BAD_GATEWAY, 502, "Bad Gateway"],
    ["the endpoint is unavailable", UNAVAILABLE, 503, "Service Unavailable"],
  ])("makes a problem document when %s", (_, template, status, title) => {
    // Act
    const { text } = evaluate(template, '{"OriginalMessage":"52000.5,8500,36"}');

    // Assess
    expect(JSON.parse(text)).toEqual({
      type: "about:blank",
      title,
      status,
      detail: expect.stringMatching(/^The model's endpoint /),
      requestId: REQUEST_ID,
    });
  });

  it.each([
    ["null", '{"message":null}'],
    ["null in both spellings", '{"message":null,"Message":null}'],
    ["the text null", '{"message":"null"}'],
    ["Rate exceeded", '{"Message":"Rate exceeded"}'],
    ["throttling", '{"message":"Throttled by the endpoint"}'],
    ["nothing", "{}"],
  ])("reports throttling when SageMaker's 400 has the message %s", (_, body) => {
    // Act
    const { text, status, headers } = evaluate(THROTTLED_OR_REFUSED, body);

    // Assess
    expect(JSON.parse(text)).toMatchObject({ status: 429, title: "Too Many Requests" });
    expect({ status, headers }).toEqual({ headers: { "Retry-After": "1" } });
  });

  it.each([
    '{"Message":"Endpoint dev-iris of account 111122223333 not found."}',
    '{"Message":"1 validation error detected: Value at \'accept\' failed"}',
  ])("reports a refused request when SageMaker's 400 is %s", (body) => {
    // Act
    const { text, status, headers } = evaluate(THROTTLED_OR_REFUSED, body);

    // Assess
    expect(JSON.parse(text)).toMatchObject({ status: 502, title: "Bad Gateway" });
    expect({ status, headers }).toEqual({ status: 502, headers: {} });
    expect(text).not.toMatch(/iris|accept/);
  });
});
