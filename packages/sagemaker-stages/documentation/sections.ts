import { join } from "node:path";
import type * as z from "zod";
import { accountSettings, githubSettings } from "../src/environment/account";
import { environmentSchema } from "../src/environment/environment";
import { modelSettings } from "../src/environment/model-settings";
import { budgetSettings } from "../src/environment/settings/budget";
import { callerSettings } from "../src/environment/settings/callers";
import { customerSettings } from "../src/environment/settings/customers";
import { stageDomain, websiteDomain } from "../src/environment/settings/domain";
import { asyncSettings, backlogScaling } from "../src/environment/settings/endpoint/async";
import { dataCaptureSettings } from "../src/environment/settings/endpoint/data-capture";
import { deploymentSettings } from "../src/environment/settings/endpoint/deployment";
import {
  existingEndpoint,
  instanceEndpoint,
  serverlessEndpoint,
} from "../src/environment/settings/endpoint/endpoint";
import { instanceScaling, instanceSettings } from "../src/environment/settings/endpoint/instances";
import { scheduledCapacity, scheduleSettings } from "../src/environment/settings/endpoint/schedule";
import {
  provisionedConcurrencyScaling,
  serverlessSettings,
} from "../src/environment/settings/endpoint/serverless";
import { firewallSettings, rateRuleSettings } from "../src/environment/settings/firewall";
import { cognitoAccess, cognitoOption, jwtAccess, jwtOption } from "../src/environment/settings/model/access";
import { captureSettings } from "../src/environment/settings/model/capture";
import { modelFunctionSettings } from "../src/environment/settings/model/function";
import { functionUrlSettings } from "../src/environment/settings/model/function-url";
import { objectivesSettings } from "../src/environment/settings/model/objectives";
import { routeSettings } from "../src/environment/settings/model/route";
import { namedContainer } from "../src/environment/settings/model-source/containers";
import { frameworkImage } from "../src/environment/settings/model-source/framework-image";
import {
  algorithmImage,
  ecrImage,
  modelPackageSettings,
  modelSource,
} from "../src/environment/settings/model-source/model-source";
import { existingVpc, newVpc } from "../src/environment/settings/network";
import { emailNotification, topicNotification } from "../src/environment/settings/notify";
import { quotaSettings } from "../src/environment/settings/quotas";
import { signInSettings } from "../src/environment/settings/sign-in";
import { stageSettings, throttlingSettings } from "../src/environment/settings/stage";
import { stateSettings } from "../src/environment/settings/state";
import { websiteSettings } from "../src/environment/settings/website";
import type * as examples from "./examples";

/** A constant with a group of settings: the schema, and the source that documents the schema. */
export interface Source {
  readonly schema: z.ZodType;
  /** The file that contains the constant. */
  readonly file: string;
  /** The name of the constant. */
  readonly constant: string;
}

/** A section of the reference: one group of settings. */
export interface Section {
  readonly title: string;
  /** The groups of settings that the section describes. */
  readonly sources: readonly [Source, ...Source[]];
  /** Further schemas, in addition to `sources`, whose links have this section as their target. */
  readonly aliases?: readonly z.ZodType[];
  /** The groups whose settings another section describes. */
  readonly without?: readonly Source[];
  /** The interface whose members document settings in addition to the schema. */
  readonly interface?: string;
  /** A paragraph after the description. */
  readonly note?: string;
  /** The constant of `examples.ts`. */
  readonly example: keyof typeof examples;
  /** The text before and after the example, e.g. `stage: ` and `,`. */
  readonly around: readonly [before: string, after: string];
  /**
   * The schema that accepts the example.
   *
   * @default - the schema of the first source
   */
  readonly exampleSchema?: z.ZodType;
}

const ENVIRONMENT = join(__dirname, "../src/environment");

function source(schema: z.ZodType, file: string, constant: string): Source {
  return { schema, file: join(ENVIRONMENT, file), constant };
}

/** The text around an example that is the value of a setting. */
function setting(name: string): readonly [string, string] {
  return [`${name}: `, ","];
}

/** The text around an example that is a value in an object whose keys the user chooses. */
function entry(name: string, key: string): readonly [string, string] {
  return [`${name}: {\n  ${key}: `, ",\n},"];
}

const MODEL_SOURCE = source(modelSource, "settings/model-source/model-source.ts", "modelSource");

/** The sections of `docs/environments.md`, in their order. */
export const SECTIONS: readonly Section[] = [
  {
    title: "Environment",
    sources: [source(environmentSchema, "environment.ts", "environmentSchema")],
    interface: "Environment",
    example: "environment",
    around: ["export const dev: Environment = ", ";"],
  },
  {
    title: "State",
    sources: [source(stateSettings, "settings/state.ts", "stateSettings")],
    example: "state",
    around: setting("state"),
  },
  {
    title: "Stage",
    sources: [source(stageSettings, "settings/stage.ts", "stageSettings")],
    example: "stage",
    around: setting("stage"),
  },
  {
    title: "Website",
    sources: [source(websiteSettings, "settings/website.ts", "websiteSettings")],
    example: "website",
    around: setting("website"),
  },
  {
    title: "Sign-in of the website",
    sources: [source(signInSettings, "settings/sign-in.ts", "signInSettings")],
    example: "signIn",
    around: setting("signIn"),
  },
  {
    title: "Firewall",
    sources: [source(firewallSettings, "settings/firewall.ts", "group")],
    example: "firewall",
    around: setting("firewall"),
  },
  {
    title: "Rate rule of a firewall",
    sources: [source(rateRuleSettings, "settings/firewall.ts", "rateRuleSettings")],
    example: "rateRule",
    around: setting("rate"),
  },
  {
    title: "Domain name of the stage",
    sources: [source(stageDomain, "settings/domain.ts", "stageDomain")],
    example: "stageDomain",
    around: setting("domain"),
  },
  {
    title: "Domain name of the page",
    sources: [source(websiteDomain, "settings/domain.ts", "websiteDomain")],
    example: "websiteDomain",
    around: setting("domain"),
  },
  {
    title: "New VPC",
    sources: [source(newVpc, "settings/network.ts", "newVpc")],
    example: "newVpc",
    around: setting("network"),
    exampleSchema: environmentSchema.unwrap().shape.network,
  },
  {
    title: "Existing VPC",
    sources: [source(existingVpc, "settings/network.ts", "existingVpc")],
    example: "existingVpc",
    around: setting("network"),
    exampleSchema: environmentSchema.unwrap().shape.network,
  },
  {
    title: "Notifications by email",
    sources: [source(emailNotification, "settings/notify.ts", "emailNotification")],
    example: "emailNotification",
    around: setting("notify"),
  },
  {
    title: "Notifications to a topic",
    sources: [source(topicNotification, "settings/notify.ts", "topicNotification")],
    example: "topicNotification",
    around: setting("notify"),
  },
  {
    title: "Budget",
    sources: [source(budgetSettings, "settings/budget.ts", "budgetSettings")],
    example: "budget",
    around: setting("budget"),
  },
  {
    title: "Quotas",
    sources: [source(quotaSettings, "settings/quotas.ts", "quotaSettings")],
    example: "quotas",
    around: setting("quotas"),
  },
  {
    title: "Caller",
    sources: [source(callerSettings, "settings/callers.ts", "callerSettings")],
    example: "caller",
    around: entry("callers", "notebooks"),
  },
  {
    title: "Customer",
    sources: [source(customerSettings, "settings/customers.ts", "customerSettings")],
    example: "customer",
    around: entry("customers", "acme"),
  },
  {
    title: "Throttling",
    sources: [source(throttlingSettings, "settings/stage.ts", "throttlingSettings")],
    example: "throttling",
    around: setting("throttling"),
  },
  {
    title: "Model",
    sources: [source(routeSettings, "settings/model/route.ts", "routeSettings")],
    aliases: [modelSettings],
    note: "A model also has the settings of an [existing endpoint](#existing-endpoint) or of a [new endpoint](#new-endpoint).",
    example: "model",
    around: entry("models", "churn"),
    exampleSchema: modelSettings,
  },
  {
    title: "Objectives",
    sources: [source(objectivesSettings, "settings/model/objectives.ts", "group")],
    example: "objectives",
    around: setting("objectives"),
  },
  {
    title: "Tokens of a user pool",
    sources: [source(cognitoAccess, "settings/model/access.ts", "cognitoAccess")],
    aliases: [cognitoOption],
    example: "cognito",
    around: ["access: { cognito: ", " },"],
  },
  {
    title: "Tokens of an issuer",
    sources: [source(jwtAccess, "settings/model/access.ts", "jwtAccess")],
    aliases: [jwtOption],
    example: "jwt",
    around: ["access: { jwt: ", " },"],
  },
  {
    title: "Function",
    sources: [source(modelFunctionSettings, "settings/model/function.ts", "modelFunctionSettings")],
    example: "modelFunction",
    around: setting("function"),
  },
  {
    title: "Function URL",
    sources: [source(functionUrlSettings, "settings/model/function-url.ts", "functionUrlSettings")],
    example: "functionUrl",
    around: setting("functionUrl"),
  },
  {
    title: "Capture",
    sources: [source(captureSettings, "settings/model/capture.ts", "captureSettings")],
    example: "capture",
    around: setting("capture"),
  },
  {
    title: "Existing endpoint",
    sources: [source(existingEndpoint, "settings/endpoint/endpoint.ts", "existingEndpoint")],
    example: "existingEndpoint",
    around: entry("models", "churn"),
  },
  {
    title: "New endpoint",
    sources: [
      source(serverlessEndpoint, "settings/endpoint/endpoint.ts", "serverlessEndpoint"),
      source(instanceEndpoint, "settings/endpoint/endpoint.ts", "instanceEndpoint"),
    ],
    without: [MODEL_SOURCE],
    note: "A new endpoint also has the settings of its [model source](#model-source). Only `serverless` and `deployment` apply to a serverless endpoint.",
    example: "newEndpoint",
    around: entry("models", "churn"),
    exampleSchema: instanceEndpoint,
  },
  {
    title: "Serverless",
    sources: [source(serverlessSettings, "settings/endpoint/serverless.ts", "serverlessSettings")],
    example: "serverless",
    around: setting("serverless"),
  },
  {
    title: "Scaling of provisioned concurrency",
    sources: [
      source(
        provisionedConcurrencyScaling,
        "settings/endpoint/serverless.ts",
        "provisionedConcurrencyScaling",
      ),
    ],
    example: "serverlessScaling",
    around: setting("autoscaling"),
  },
  {
    title: "Instances",
    sources: [source(instanceSettings, "settings/endpoint/instances.ts", "instanceSettings")],
    example: "instances",
    around: setting("instances"),
  },
  {
    title: "Scaling of instances",
    sources: [source(instanceScaling, "settings/endpoint/instances.ts", "instanceScaling")],
    example: "instanceScaling",
    around: setting("autoscaling"),
  },
  {
    title: "Asynchronous requests",
    sources: [source(asyncSettings, "settings/endpoint/async.ts", "asyncSettings")],
    example: "asynchronous",
    around: setting("async"),
  },
  {
    title: "Scaling by waiting requests",
    sources: [source(backlogScaling, "settings/endpoint/async.ts", "backlogScaling")],
    example: "backlogScaling",
    around: setting("scaling"),
  },
  {
    title: "Schedule",
    sources: [source(scheduleSettings, "settings/endpoint/schedule.ts", "scheduleSettings")],
    example: "schedule",
    around: setting("schedule"),
  },
  {
    title: "Scheduled capacity",
    sources: [source(scheduledCapacity, "settings/endpoint/schedule.ts", "scheduledCapacity")],
    example: "scheduledCapacity",
    around: entry("actions", "evening"),
  },
  {
    title: "Deployment",
    sources: [source(deploymentSettings, "settings/endpoint/deployment.ts", "deploymentSettings")],
    example: "deployment",
    around: setting("deployment"),
  },
  {
    title: "Data capture",
    sources: [source(dataCaptureSettings, "settings/endpoint/data-capture.ts", "dataCaptureSettings")],
    example: "dataCapture",
    around: setting("dataCapture"),
  },
  {
    title: "Model source",
    sources: [MODEL_SOURCE],
    example: "source",
    around: entry("models", "churn"),
  },
  {
    title: "Image of a framework",
    sources: [source(frameworkImage, "settings/model-source/framework-image.ts", "frameworkImage")],
    example: "frameworkImage",
    around: setting("image"),
  },
  {
    title: "Image of an algorithm",
    sources: [source(algorithmImage, "settings/model-source/model-source.ts", "algorithmImage")],
    example: "algorithmImage",
    around: setting("image"),
  },
  {
    title: "Image by address",
    sources: [source(ecrImage, "settings/model-source/model-source.ts", "ecrImage")],
    example: "ecrImage",
    around: setting("image"),
  },
  {
    title: "Model package",
    sources: [source(modelPackageSettings, "settings/model-source/model-source.ts", "modelPackageSettings")],
    example: "modelPackage",
    around: setting("modelPackage"),
  },
  {
    title: "Container",
    sources: [source(namedContainer, "settings/model-source/containers.ts", "namedContainer")],
    without: [MODEL_SOURCE],
    note: "A container also has the settings of its [model source](#model-source).",
    example: "container",
    around: ["containers: [", ", …],"],
  },
  {
    title: "Account",
    sources: [source(accountSettings, "account.ts", "accountSettings")],
    example: "account",
    around: ["export const account: AccountSettings = ", ";"],
  },
  {
    title: "GitHub",
    sources: [source(githubSettings, "account.ts", "githubSettings")],
    example: "github",
    around: setting("github"),
  },
];
