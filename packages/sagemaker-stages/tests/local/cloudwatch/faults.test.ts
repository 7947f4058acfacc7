import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { BACKLOG_ALARM } from "../../../src/environment/async-requests";
import { banner } from "../../../src/local/banner";
import type { AlarmDefinition } from "../../../src/local/cloudwatch/alarm-definition";
import { alarmsOf } from "../../../src/local/cloudwatch/composite-rule";
import { COMPOSITE_ALARM, METRIC_ALARM, readAlarms } from "../../../src/local/terraform/alarms";
import { readDeployment } from "../../../src/local/terraform/read-deployment";
import { Stack } from "../../../src/local/terraform/stack";
import { type Response, send } from "../support/client";
import { type JsonObject, Stacks, type TerraformJson } from "../support/terraform";
import { type Change, FaultStage, type Observed } from "./support/fault-stage";
import { FAULTS, type FaultRow } from "./support/faults";
import { type Mutant, mutantsOf, ruleMutantsOf } from "./support/mutants";
import { replay, withoutStart } from "./support/replay";

const SCENARIO_TIMEOUT_IN_MS = 60_000;
/** The mutants of an alarm need seconds of a core, and longer on a busy machine. */
const MUTANTS_TIMEOUT_IN_MS = 120_000;
const ENVIRONMENT_ALARM = "prod-alarm";

/** The alarms of single windows, which send no notification: a composite alarm combines them. */
const WINDOW = /-(?:fast|slow)-\d+[mh]$/;
/** The alarm that starts an instance, and sends no notification. */
const STARTS_INSTANCE = new RegExp(`-${BACKLOG_ALARM}$`);
/** The alarms that roll back a deployment, and the alarm for drift, are no part of the environment's alarm. */
const ALONE = /^prod-ticket-urgency-|-drift$/;

/** The alarms that a fault triggers. */
const TESTED = [...new Set(FAULTS.flatMap(({ alarm }) => (alarm === undefined ? [] : [`prod-${alarm}`])))];

const stage = new FaultStage();
/** The stage of the scenarios that mostly wait. */
const waitingStage = new FaultStage();
const stacks = new Stacks();
const observations = new Map<string, Observed>();

beforeAll(async () => {
  await stage.open();
  await waitingStage.open(stage.synthesized);
}, SCENARIO_TIMEOUT_IN_MS);
afterAll(async () => {
  await waitingStage.close();
  await stage.close();
  stacks.remove();
});

/** The changes of alarms that notify or roll back. */
function notifying(changes: readonly Change[]): Change[] {
  return withoutStart(changes).filter(({ alarm }) => !WINDOW.test(alarm) && !STARTS_INSTANCE.test(alarm));
}

/** The changes of an alarm that goes off once. */
function once(alarm: string, [on, off]: readonly [number, number]): Change[] {
  return [
    { alarm, from: "OK", to: "ALARM", minute: on },
    { alarm, from: "ALARM", to: "OK", minute: off },
  ];
}

/** Runs scenarios one after the other. @returns the results by the fault; a failed scenario does not affect the next */
function observeInTurn(on: FaultStage, rows: readonly FaultRow[]): ReadonlyMap<string, Promise<Observed>> {
  let before: Promise<unknown> = Promise.resolve();
  return new Map(
    rows.map(({ fault, run, historyInMinutes = 0 }) => {
      const observed = before.then(() => on.observe(run, historyInMinutes));
      before = observed.catch(() => {});
      return [fault, observed];
    }),
  );
}

describe("a fault on the local stage", () => {
  let waiting: ReturnType<typeof observeInTurn> = new Map();

  beforeAll(() => {
    waiting = observeInTurn(
      waitingStage,
      FAULTS.filter(({ waits }) => waits),
    );
  });
  afterAll(async () => {
    await Promise.allSettled(waiting.values());
  });

  it.each(FAULTS)(
    "triggers exactly its alarm, in its time: $fault",
    async ({ fault, alarm, minutes, run, historyInMinutes = 0 }) => {
      // Act
      const observed = await (waiting.get(fault) ?? stage.observe(run, historyInMinutes));
      observations.set(fault, observed);

      // Assess
      const name = `prod-${alarm}`;
      const names = alarm === undefined ? [] : ALONE.test(name) ? [name] : [name, ENVIRONMENT_ALARM];
      const expected = names.flatMap((one) => once(one, minutes ?? [0, 0]));
      const changes = notifying(observed.changes);
      expect(changes).toHaveLength(expected.length);
      expect(changes).toEqual(expect.arrayContaining(expected));
    },
    SCENARIO_TIMEOUT_IN_MS,
  );
});

describe("a failed scenario", () => {
  it("does not affect the next scenario when it holds a request in the container", async () => {
    // Prepare
    const failed = stage.observe(async () => {
      stage.at(0);
      await stage.hold("house-price", 1, "function", () => Promise.reject(new Error("a bug of a scenario")));
    }, 1);
    await expect(failed).rejects.toThrow("a bug of a scenario");
    let answers: readonly Response[] = [];

    // Act
    const { changes, data } = await stage.observe(async () => {
      stage.at(0);
      answers = await stage.send("house-price", 2);
    }, 1);

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(data.filter(({ name }) => name === "Requests")).toHaveLength(2);
    expect(notifying(changes)).toEqual([]);
  });
});

describe("the metrics of an asynchronous endpoint", () => {
  it("count the answers of the container by their status, as in real time, without Invocations", async () => {
    // Act
    const { data } = await stage.observe(async () => {
      await stage.deployWithInstance();
      stage.at(0);
      await stage.sendToQueue("loan-default", 3);
      await stage.sendToQueue("loan-default", 2, { kind: "refuse" });
      await stage.sendToQueue("loan-default", 1, { kind: "fail" });
    }, 1);

    // Assess
    const ofVariant = data.filter(
      ({ namespace, dimensions }) => namespace === "AWS/SageMaker" && dimensions.VariantName !== undefined,
    );
    const sumOf = (metric: string) =>
      ofVariant.filter(({ name }) => name === metric).reduce((sum, { value }) => sum + value, 0);
    expect({
      refused: sumOf("Invocation4XXErrors"),
      failed: sumOf("Invocation5XXErrors"),
      all: sumOf("InvocationFailures"),
      latencies: ofVariant.filter(({ name }) => name === "ModelLatency").length,
      invocations: ofVariant.filter(({ name }) => name === "Invocations").length,
    }).toEqual({ refused: 2, failed: 1, all: 3, latencies: 6, invocations: 0 });
  });
});

describe("the address of the alarms", () => {
  it("shows each alarm with its state, the reason, the time and the notified topic", async () => {
    // Prepare
    let answer: Response | undefined;

    // Act
    await stage.observe(async () => {
      stage.at(0);
      await stage.send("house-price", 3, { kind: "fail" });
      stage.at(1);
      answer = await stage.readAlarms();
    }, 1);

    // Assess
    expect(answer?.status).toBe(200);
    expect(answer?.headers["content-type"]).toBe("application/json");
    const { alarms } = JSON.parse(answer?.body ?? "") as { alarms: { name: string; state: string }[] };
    const notOk = alarms.filter(({ state, name }) => state !== "OK" && !STARTS_INSTANCE.test(name));
    expect(notOk.map(({ name }) => name)).toEqual([
      "prod-house-price-availability-fast-1h",
      "prod-house-price-availability-fast-5m",
      "prod-house-price-availability-slow-30m",
      "prod-house-price-availability-slow-6h",
      "prod-house-price-availability-fast",
      "prod-house-price-availability-slow",
      ENVIRONMENT_ALARM,
    ]);
    expect(alarms.find(({ name }) => name === "prod-house-price-availability-fast")).toEqual({
      name: "prod-house-price-availability-fast",
      kind: "composite",
      description: expect.stringContaining("house-price: "),
      state: "ALARM",
      reason: "in ALARM: prod-house-price-availability-fast-1h, prod-house-price-availability-fast-5m",
      since: expect.stringMatching(/:00.000Z$/),
      actions: [expect.stringMatching(/^(?:\S+@\S+ \()?the topic [\w-]+\)?$/)],
    });
  });

  it("refuses a method that changes something", async () => {
    // Act
    const answer = await send(stage.url, { method: "DELETE", path: "/_local/alarms" });

    // Assess
    expect(answer.status).toBe(405);
    expect(answer.body).toBe("Method Not Allowed: got DELETE; allowed: GET, HEAD\n");
  });
});

describe("the start of the local stage", () => {
  it("names the address of the alarms, and the number of evaluated alarms", () => {
    // Prepare
    const deployment = readDeployment("prod", stage.folder);

    // Act
    const text = banner({ url: "http://127.0.0.1:3000", functionUrls: new Map() }, [deployment], new Map());

    // Assess
    expect(text).toContain(
      `\n  Alarms  http://127.0.0.1:3000/_local/alarms  (states of ${deployment.alarms?.length} alarms, `,
    );
    expect(text).not.toContain("NOT EVALUATED");
  });

  it("names alarms that are not evaluated, of functions that are not served, and of metrics of other streams", () => {
    // Prepare
    const folder = stacks.change(stage.folder, ({ resource }) => {
      const alarms = Object.values(resource[METRIC_ALARM] ?? {});
      for (const alarm of alarms) {
        if (alarm.alarm_name === "prod-house-price-saturated") alarm.threshold_metric_id = "value";
        if (alarm.alarm_name === "prod-ticket-urgency-model-latency") {
          Object.assign(alarm, { metric_name: "MidStreamErrors", statistic: "Sum" });
          delete alarm.extended_statistic;
        }
        if (alarm.alarm_name === "prod-ticket-urgency-server-errors") {
          const dimensions = { FunctionName: "elsewhere" };
          Object.assign(alarm, { namespace: "AWS/Lambda", metric_name: "Errors", dimensions });
        }
      }
    });

    // Act
    const { unsupported } = readDeployment("prod", folder);

    // Assess
    expect(unsupported.filter((line) => line.startsWith("alarm "))).toEqual([
      'alarm prod-house-price-saturated is NOT EVALUATED on this machine: Unrecognized key: "threshold_metric_id"',
      "alarm prod-ticket-urgency-model-latency: AWS documents MidStreamErrors for bidirectional streams only, so the alarm may have NO DATA on AWS",
      "alarm prod-ticket-urgency-server-errors: the function elsewhere is not on this machine, so it has NO METRICS here",
      "alarm prod-alarm is NOT EVALUATED on this machine: alarm_rule: the alarm prod-house-price-saturated is not evaluated",
    ]);
  });
});

describe("the faults", () => {
  it(
    "lead to the same changes if their metrics are replayed",
    () => {
      // Prepare
      const definitions = readAlarms(new Stack("prod", stage.folder));

      for (const [fault, observed] of observations) {
        // Act
        const changes = notifying(replay(definitions, observed));

        // Assess
        expect({ fault, changes }).toEqual({ fault, changes: notifying(observed.changes) });
      }
    },
    MUTANTS_TIMEOUT_IN_MS,
  );

  it.each([...TESTED, ENVIRONMENT_ALARM])(
    "detect each mutant of %s",
    (notified) => {
      // Prepare
      const entries = mutantsByAlarm().get(notified) ?? [];

      // Act
      const survivors = entries.filter(({ alarm, mutant }) => !isDetected(notified, alarm, mutant));

      // Assess
      expect(survivors.map(({ alarm, mutant }) => `${alarm}: ${mutant.change}`)).toEqual([]);
      expect(entries.length).toBeGreaterThanOrEqual(5);
    },
    MUTANTS_TIMEOUT_IN_MS,
  );

  // Otherwise, a change that isDetected makes by mistake would look like a detected mutant.
  it.each([...TESTED, ENVIRONMENT_ALARM])(
    "detect nothing in an unchanged %s",
    (notified) => {
      // Prepare
      const { resource } = synthesized();
      const [values] = [METRIC_ALARM, COMPOSITE_ALARM].flatMap((type) =>
        Object.values(resource[type] ?? {}).filter(({ alarm_name: name }) => name === notified),
      );
      if (values === undefined) throw new Error(`there is no alarm ${notified}`);

      // Act
      const detected = isDetected(notified, notified, { change: "none", values });

      // Assess
      expect(detected).toBe(false);
      expect(observations.size).toBe(FAULTS.length);
    },
    MUTANTS_TIMEOUT_IN_MS,
  );

  it("are in the tables of docs/alarm-tests.md, with their alarms and mutants", () => {
    // Act
    const tables = [faultTable(), mutantTable(mutantsByAlarm())];

    // Assess
    const page = readFileSync(join(__dirname, "../../../../../docs/alarm-tests.md"), "utf8");
    for (const table of tables) expect(page).toContain(table);
  });
});

/** The alarms that notify, and their mutants: also the mutants of the windows that they combine. */
function mutantsByAlarm(): Map<string, { readonly alarm: string; readonly mutant: Mutant }[]> {
  const terraform = synthesized();
  const metricAlarms = Object.values(terraform.resource[METRIC_ALARM] ?? {});
  const composites = Object.values(terraform.resource[COMPOSITE_ALARM] ?? {});
  return new Map(
    [...TESTED, ENVIRONMENT_ALARM].map((notified) => {
      const parts = metricAlarms.filter(
        ({ alarm_name: name }) =>
          name === notified || (WINDOW.test(String(name)) && String(name).startsWith(`${notified}-`)),
      );
      const rules = composites.filter(({ alarm_name: name }) => name === notified);
      return [
        notified,
        [
          ...parts.flatMap((alarm) => toEntries(alarm, mutantsOf(alarm))),
          ...rules.flatMap((alarm) => toEntries(alarm, ruleMutantsOf(alarm, isTestedPart(terraform)))),
        ],
      ];
    }),
  );
}

/** The table of the faults in the documentation. */
function faultTable(): string {
  const rows = FAULTS.map(({ fault, alarm, minutes }) => {
    const [on, off] = minutes ?? [];
    return `| ${fault} | ${alarm === undefined ? "none" : `\`${alarm}\``} | ${on ?? "—"} | ${off ?? "—"} |`;
  });
  return ["| fault | alarm | ALARM after minutes | OK after minutes |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** The table of the mutants in the documentation. */
function mutantTable(byAlarm: ReturnType<typeof mutantsByAlarm>): string {
  const rows = [...byAlarm].map(([notified, entries]) => {
    const numberOf = (kind: RegExp) => entries.filter(({ mutant }) => kind.test(mutant.change)).length;
    return `| \`${notified.replace(/^prod-/, "")}\` | ${entries.length} | ${MUTANT_KINDS.map(([, kind]) => numberOf(kind)).join(" | ")} |`;
  });
  const kinds = MUTANT_KINDS.map(([title]) => title);
  return [
    `| alarm | mutants | ${kinds.join(" | ")} |`,
    `|---|---|${kinds.map(() => "---|").join("")}`,
    ...rows,
  ].join("\n");
}

/** The kinds of mutants, by the start of their descriptions. */
const MUTANT_KINDS: readonly (readonly [title: string, kind: RegExp])[] = [
  ["threshold, comparison", /^(?:threshold|comparison) /],
  ["period, evaluation periods, datapoints to alarm", /^(?:period |\d+ of )/],
  ["metric, dimension, statistic", /^(?:metric |without \w+$)/],
  ["number in the expression", /^(?:>=|\/) /],
  ["missing data", /^missing data /],
  ["rule", /(?: -> (?:AND|OR|OK)$|^without ALARM)/],
];

let parsed: TerraformJson | undefined;

function synthesized(): TerraformJson {
  parsed ??= JSON.parse(readFileSync(join(stage.folder, "cdk.tf.json"), "utf8")) as TerraformJson;
  return parsed;
}

function toEntries({ alarm_name: name }: JsonObject, mutants: readonly Mutant[]) {
  return mutants.map((mutant) => ({ alarm: String(name), mutant }));
}

/** Whether a part of a rule names a window, or an alarm that a fault triggers. */
function isTestedPart(terraform: TerraformJson): (part: string) => boolean {
  return (part) => {
    const name = alarmIn(part, terraform);
    return WINDOW.test(name) || TESTED.includes(name);
  };
}

/** The name of the alarm to which a part of a rule refers. */
function alarmIn(part: string, terraform: TerraformJson): string {
  const [, type = "", resource = ""] = /\$\{(\w+)\.([\w-]+)\.alarm_name\}/.exec(part) ?? [];
  return String(terraform.resource[type]?.[resource]?.alarm_name);
}

/** Whether a fault leads to other changes of the notifying alarm if an alarm is replaced by a mutant. */
function isDetected(notified: string, alarm: string, { values, part }: Mutant): boolean {
  const terraform = synthesized();
  const { provider, resource } = terraform;
  const ofAlarms = [METRIC_ALARM, COMPOSITE_ALARM].map((type) => {
    const resources = Object.entries(resource[type] ?? {});
    const changed = resources.map(([name, one]) => [name, one.alarm_name === alarm ? values : one]);
    return [type, Object.fromEntries(changed)];
  });
  const folder = stacks.write({ provider, resource: Object.fromEntries(ofAlarms) });
  const definitions = needed(notified, readAlarms(new Stack("prod", folder)));
  return inOrderFor(part === undefined ? notified : alarmIn(part, terraform)).some((observed) => {
    const ofAlarm = (changes: readonly Change[]) => changes.filter((change) => change.alarm === notified);
    const expected = ofAlarm(withoutStart(observed.changes));
    let isOther = false;
    // One minute with other changes is enough: later minutes cannot make the changes equal.
    replay(definitions, observed, (changes, minute) => {
      const expectedByNow = expected.filter((change) => change.minute <= minute);
      isOther = JSON.stringify(ofAlarm(changes)) !== JSON.stringify(expectedByNow);
      return isOther;
    });
    return isOther;
  });
}

/** The observed faults; first the faults that trigger an alarm, because they detect most of its mutants. */
function inOrderFor(triggered: string): Observed[] {
  const own = FAULTS.filter(({ alarm }) => `prod-${alarm}` === triggered);
  return [...own, ...FAULTS.filter((row) => !own.includes(row))].flatMap(
    ({ fault }) => observations.get(fault) ?? [],
  );
}

/** An alarm, and the alarms that it needs, in their order. */
function needed(name: string, definitions: readonly AlarmDefinition[]): AlarmDefinition[] {
  const names = new Set([name]);
  for (const definition of [...definitions].reverse()) {
    if (definition.kind === "unsupported") throw new Error(`${definition.name}: ${definition.fault}`);
    if (definition.kind === "composite" && names.has(definition.name)) {
      for (const used of alarmsOf(definition.rule)) names.add(used);
    }
  }
  return definitions.filter((definition) => names.has(definition.name));
}
