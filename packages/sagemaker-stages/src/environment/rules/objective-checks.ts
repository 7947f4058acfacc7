import { partitionOf } from "../../aws/partition";
import {
  combinedAlarms,
  environmentAlarmName,
  objectiveAlarmName,
  objectiveAlarmNames,
} from "../alarm-names";
import { asyncOf } from "../async-requests";
import { type Environment, namePrefix } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import { isViaGateway, type ModelSettings, type ObjectivesSettings } from "../model-settings";
import { ALARMS } from "./name-checks";

const COMPOSITE_SOURCE =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html";
/** The number of alarms in the rule of a composite alarm ({@link COMPOSITE_SOURCE}). */
const MAX_ALARMS_OF_RULE = 100;
/** The length of the rule of a composite alarm ({@link COMPOSITE_SOURCE}). */
const MAX_CHARACTERS_OF_RULE = 10_240;

/** Checks the objectives of an environment's models, and its notifications. @param collector - collects the faults of the environment */
export function checkObjectives(environment: Environment, collector: FaultCollector): void {
  const models = Object.entries<ModelSettings>(environment.models);
  const withObjectives = models.filter(([, { objectives }]) => objectives !== undefined);
  for (const [model, settings] of models) {
    const below = collector.in(`models.${model}`);
    if (settings.objectives !== undefined) {
      checkFunctionOfObjectives(settings, environment, below);
      checkKindOfObjectives(settings, settings.objectives, below);
    }
    checkRollbackAlarms(settings, environment, below);
  }
  checkNotify(environment, withObjectives.length > 0, collector);
  checkAlarmNames(environment, collector.in("models"));
  checkRuleSize(environment, collector);
}

/** The alarms read metrics that a new function prints. */
function checkFunctionOfObjectives(
  settings: ModelSettings,
  { metrics }: Environment,
  collector: FaultCollector,
): void {
  collector.require(
    metrics !== false,
    "objectives",
    raw("objectives together with the environment's metrics: false"),
    "no objectives, or metrics: true",
    "the alarms read the metrics that the functions print",
  );
  collector.require(
    !isViaGateway(settings),
    "objectives",
    raw('objectives together with via: "gateway"'),
    'no objectives, or via: "lambda"',
    "the alarms read metrics that the function prints, and the route has no function",
  );
  collector.require(
    settings.existingFunction === undefined,
    "objectives",
    raw("objectives together with existingFunction"),
    "no objectives, or a new function",
    "the alarms read metrics that the engine's handler prints, and an existing function has another handler",
  );
}

/** An endpoint with a queue answers later than its function, and has other metrics than an endpoint that answers at once. */
const KINDS = {
  realTime: {
    fields: ["availability", "p99InMs", "drift"],
    others: "waitInSeconds or failuresPerHour",
    because: "the function answers before the model does, so that its metrics contain no answer of the model",
  },
  asynchronous: {
    fields: ["waitInSeconds", "failuresPerHour", "startInSeconds"],
    others: "availability, p99InMs or drift",
    because:
      "only an endpoint with asynchronous requests has a queue: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html",
  },
} as const;

/** Checks that the objectives are those of the model's kind: with, or without asynchronous requests. */
function checkKindOfObjectives(
  settings: ModelSettings,
  objectives: ObjectivesSettings,
  collector: FaultCollector,
): void {
  const isAsync = asyncOf(settings) !== undefined;
  const { fields, others, because } = isAsync ? KINDS.realTime : KINDS.asynchronous;
  for (const field of fields) {
    collector.require(
      objectives[field] === undefined,
      `objectives.${field}`,
      raw(`${field} for a model ${isAsync ? "with" : "without"} instances.async`),
      others,
      because,
    );
  }
}

/**
 * Refuses an objective's alarm that rolls back updates. The alarm is in ALARM because the deployed model is faulty, and SageMaker
 * would then roll back the update that repairs the model.
 */
function checkRollbackAlarms(
  settings: ModelSettings,
  environment: Environment,
  collector: FaultCollector,
): void {
  const own = new Set(objectiveAlarmNames(environment).map(({ name }) => name));
  const named = ("deployment" in settings && settings.deployment?.rollbackOn?.alarmNames) || [];
  for (const alarm of named.filter((name) => own.has(name))) {
    collector.require(
      false,
      "deployment.rollbackOn.alarmNames",
      alarm,
      "alarms other than the alarms of objectives, e.g. serverErrorsPerMinute, which measures the new model",
      "an objective's alarm is on while the deployed model fails, and SageMaker would roll back the update that repairs the model: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html",
    );
  }
}

function checkNotify(environment: Environment, hasObjectives: boolean, collector: FaultCollector): void {
  const { notify, region } = environment;
  if (notify === undefined) {
    collector.require(
      !hasObjectives,
      "notify",
      notify,
      'notify: { email: "on-call@example.com" } or notify: { topicArn: "arn:aws:sns:…" }',
      "a model has objectives, and their alarms need a recipient",
    );
    return;
  }
  // The other settings that notify are a budget's.
  collector.require(
    hasObjectives || environment.budget !== undefined,
    "notify",
    raw("notify, but no model with objectives"),
    "no notify, or a model with objectives",
    "nothing sends notifications",
  );
  const below = collector.in("notify");
  if (!below.requireExclusive(notify, "topicArn", ["email"], "the topic either exists or is created")) return;
  collector.require(
    "topicArn" in notify || "email" in notify,
    "notify",
    notify,
    "email or topicArn",
    "a notification needs a recipient",
  );
  if (!("topicArn" in notify)) return;
  const [, partition, , topicRegion] = notify.topicArn.split(":");
  below.require(
    topicRegion === region && partition === partitionOf(region),
    "topicArn",
    notify.topicArn,
    `a topic in ${region}, the region of the environment: arn:${partitionOf(region)}:sns:${region}:…`,
    "an alarm sends only to topics of its region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
  );
}

/** Checks that no alarm of an objective has the name of an alarm that rolls back updates, e.g. of the models `a` and `a-model`. */
function checkAlarmNames(environment: Environment, collector: FaultCollector): void {
  const prefix = namePrefix(environment);
  const rollback = new Map<string, string>(
    Object.keys(environment.models).flatMap((model) =>
      ALARMS.map((alarm) => [`${prefix}-${model}-${alarm}`, model] as const),
    ),
  );
  for (const { name, model = "" } of objectiveAlarmNames(environment)) {
    const other = rollback.get(name);
    collector.require(
      other === undefined,
      model,
      raw(`the alarm ${name}, which an update of ${other} also has`),
      "another name of one of the models",
      "CloudWatch identifies an alarm by its name",
    );
  }
}

/** Checks that the alarms of all models fit into the rule of the environment's composite alarm. */
function checkRuleSize(environment: Environment, collector: FaultCollector): void {
  const prefix = namePrefix(environment);
  const combined = Object.entries<ModelSettings>(environment.models).flatMap(([model, settings]) =>
    combinedAlarms(settings).map((alarm) => `ALARM("${objectiveAlarmName(prefix, model, alarm)}")`),
  );
  const characters = combined.join(" OR ").length;
  collector.require(
    combined.length <= MAX_ALARMS_OF_RULE && characters <= MAX_CHARACTERS_OF_RULE,
    "models",
    raw(
      `objectives with ${combined.length} alarms and ${characters} characters in the rule of ${environmentAlarmName(prefix)}`,
    ),
    `at most ${MAX_ALARMS_OF_RULE} alarms and ${MAX_CHARACTERS_OF_RULE} characters: fewer models with objectives, or several environments`,
    COMPOSITE_SOURCE,
  );
}
