import { describe, expect, it } from "@jest/globals";
import { riskPredicate } from "../../../src/review/rendering/phrases/risk-sentences";
import { reportOf } from "../../../src/review/report";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";

type Variables = Readonly<Record<string, string>>;

const NAMES: Variables = {
  CAPTURE_DESTINATION: "s3://dev-capture-111122223333-eu-central-1/dev-churn/AllTraffic",
  CAPTURE_PERCENT: "10",
  CAPTURE_KEEP: "[]",
};
const FIELDS: Variables = { ...NAMES, CAPTURE_KEEP: '["age","answer"]' };
const { CAPTURE_KEEP: _, ...WITHOUT_FIELDS } = NAMES;
const MOST: Variables = { ...WITHOUT_FIELDS, CAPTURE_DROP: '["email"]' };
const BUCKET = "dev-capture-111122223333-eu-central-1";

function fn(variables: Variables) {
  return {
    function_name: "dev-churn",
    environment: [{ variables: { ENDPOINT_NAME: "dev-churn", ...variables } }],
  };
}

function change(before: Variables | undefined, after: Variables): PlannedChange {
  return {
    type: "aws_lambda_function",
    ...(before === undefined ? {} : { before: fn(before) }),
    after: fn(after),
  };
}

function risksIn(planned_: PlannedChange) {
  return risksOf(planned([planned_])).map((risk) => ({
    direction: risk.direction,
    gates: risk.gates,
    sentence: riskPredicate(risk),
  }));
}

describe("a review of a function that stores requests", () => {
  it.each([
    {
      when: "a function begins to store names of fields",
      change: change({}, NAMES),
      gates: [],
      sentence: `stores the names of fields, and no values, of 10 % of the requests and answers in the bucket ${BUCKET}`,
    },
    {
      when: "a new function stores the values of fields",
      change: change(undefined, FIELDS),
      gates: ["widen"],
      sentence: `stores data of callers in the bucket ${BUCKET}: the values of age and answer in 10 % of the requests and answers`,
    },
    {
      when: "a function stores a further field",
      change: change({ ...FIELDS, CAPTURE_KEEP: '["age"]' }, FIELDS),
      gates: ["widen"],
      sentence: `stores data of callers in the bucket ${BUCKET}: the values of age and answer in 10 % of the requests and answers`,
    },
    {
      when: "a function stores all fields except some",
      change: change(FIELDS, MOST),
      gates: ["widen"],
      sentence: `stores data of callers in the bucket ${BUCKET}: all values except email in 10 % of the requests and answers`,
    },
    {
      when: "a function drops fewer fields",
      change: change({ ...MOST, CAPTURE_DROP: '["email","age"]' }, MOST),
      gates: ["widen"],
      sentence: `stores data of callers in the bucket ${BUCKET}: all values except email in 10 % of the requests and answers`,
    },
    {
      when: "a function stores more requests",
      change: change(FIELDS, { ...FIELDS, CAPTURE_PERCENT: "20" }),
      gates: ["widen"],
      sentence: `stores data of callers in the bucket ${BUCKET}: the values of age and answer in 20 % of the requests and answers`,
    },
  ])("names the stored data when $when", ({ change: planned_, gates, sentence }) => {
    // Act
    const risks = risksIn(planned_);

    // Assess
    expect(risks).toEqual([{ direction: "worse", gates, sentence }]);
  });

  it.each([
    { when: "a field is removed", change: change(FIELDS, { ...FIELDS, CAPTURE_KEEP: '["age"]' }) },
    { when: "fewer requests are stored", change: change(MOST, { ...MOST, CAPTURE_PERCENT: "1" }) },
    { when: "capture is removed", change: change(FIELDS, {}) },
  ])("reports a safer setting when $when", ({ change: planned_ }) => {
    // Act
    const risks = risksIn(planned_);

    // Assess
    expect(risks).toEqual([{ direction: "better", gates: [], sentence: expect.any(String) }]);
  });

  it("names every stored field when the function stores many", () => {
    // Prepare
    const names = Array.from({ length: 12 }, (_name, index) => `field${index}`);

    // Act
    const [risk] = risksIn(change({}, { ...NAMES, CAPTURE_KEEP: JSON.stringify(names) }));

    // Assess
    expect(names.filter((name) => !risk?.sentence.includes(name))).toEqual([]);
  });

  it("is undetermined when the stored fields are known after apply", () => {
    // Prepare
    const planned_: PlannedChange = {
      ...change(NAMES, { ...NAMES }),
      after: fn(WITHOUT_FIELDS),
      unknown: { environment: [{ variables: { CAPTURE_KEEP: true } }] },
    };

    // Act
    const risks = risksIn(planned_);

    // Assess
    expect(risks).toMatchObject([{ direction: "undetermined", gates: ["widen"] }]);
  });

  const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  it.each([
    {
      when: "a function stores without its key",
      from: { ...NAMES, CAPTURE_KMS_KEY: KEY },
      to: NAMES,
      risks: 1,
    },
    { when: "a function begins to use a key", from: NAMES, to: { ...NAMES, CAPTURE_KMS_KEY: KEY }, risks: 0 },
  ])("reports the removal of the key, and names it, when $when", ({ from, to, risks }) => {
    // Act
    const found = risksIn(change(from, to));

    // Assess
    expect(found).toEqual(
      Array.from({ length: risks }, () => ({
        direction: "worse",
        gates: ["widen"],
        sentence: `stores requests without the key ${KEY}: every reader of the bucket reads them, also without access to the key`,
      })),
    );
  });

  it("hides the key if it has another form", () => {
    // Act
    const risks = risksIn(change({ ...NAMES, CAPTURE_KMS_KEY: "a-secret" }, NAMES));

    // Assess
    expect(risks).toHaveLength(1);
    expect(JSON.stringify(risks)).not.toContain("a-secret");
  });

  const ruleOf = (prefix: string, days: number) => ({
    status: "Enabled",
    filter: [{ prefix }],
    expiration: [{ days }],
  });
  const [OWN, ALL] = [ruleOf("dev-churn/AllTraffic/", 7), ruleOf("", 30)];

  it.each([
    {
      when: "a rule has more days",
      rules: [ruleOf("dev-churn/AllTraffic/", 90), ruleOf("", 90)],
      sentences: [
        "keeps captured requests longer than before: S3 deletes them after 90 days",
        "keeps captured requests longer than before: S3 deletes them after 90 days below dev-churn/AllTraffic/",
      ],
    },
    {
      when: "a rule is removed, and another rule covers its objects",
      rules: [ALL],
      sentences: [
        "keeps captured requests longer than before: S3 deletes them after 30 days below dev-churn/AllTraffic/",
      ],
    },
    {
      when: "the rules are removed",
      rules: undefined,
      sentences: [
        "keeps captured requests longer than before: S3 deletes them never",
        "keeps captured requests longer than before: S3 deletes them never below dev-churn/AllTraffic/",
      ],
    },
    {
      when: "a rule is disabled",
      rules: [OWN, { ...ALL, status: "Disabled" }],
      sentences: ["keeps captured requests longer than before: S3 deletes them never"],
    },
    { when: "another rule is added", rules: [OWN, ALL, ruleOf("x/", 90)], sentences: [] },
  ])("names data of callers that is kept longer when $when", ({ rules, sentences }) => {
    // Prepare
    const planned_: PlannedChange = {
      type: "aws_s3_bucket_lifecycle_configuration",
      before: { bucket: BUCKET, rule: [OWN, ALL] },
      ...(rules === undefined ? {} : { after: { bucket: BUCKET, rule: rules } }),
    };

    // Act
    const found = risksIn(planned_).filter(({ gates }) => gates.includes("widen"));

    // Assess
    expect(found.map(({ sentence }) => sentence).sort()).toEqual(sentences);
    expect(found.every(({ direction }) => direction === "worse")).toBe(true);
  });

  it("reports no longer retention when another bucket keeps its objects longer, or the bucket is destroyed", () => {
    // Prepare
    const type = "aws_s3_bucket_lifecycle_configuration";
    const rule = [OWN, ALL];
    const other = { bucket: "reports", rule };

    // Act
    const ofOther = risksIn({ type, before: other, after: { ...other, rule: [ruleOf("", 90)] } });
    const ofDestroyed = risksOf(
      planned([
        { type, before: { bucket: BUCKET, rule } },
        { type: "aws_s3_bucket", before: { bucket: BUCKET } },
      ]),
    );

    // Assess
    expect(ofOther.filter(({ gates }) => gates.includes("widen"))).toEqual([]);
    expect(ofDestroyed.filter(({ risk }) => risk === "captured retention")).toEqual([]);
  });

  it("hides a variable of another program with the same name", () => {
    // Act
    const risks = risksIn(change({}, { CAPTURE_DESTINATION: "a-secret", CAPTURE_KEEP: "another secret" }));

    // Assess
    expect(JSON.stringify(risks)).not.toContain("secret");
  });

  it("reports nothing when other variables change", () => {
    // Act
    const risks = risksIn(change(FIELDS, { ...FIELDS, CORS_ALLOW_ORIGIN: "*" }));

    // Assess
    expect(risks).toEqual([]);
  });

  it("has the stored data in its verdict", () => {
    // Act
    const { verdict } = reportOf([planned([change({}, FIELDS)])]);

    // Assess
    expect(verdict).toContain("function dev-churn stores data of callers: the values of age and answer");
  });
});
