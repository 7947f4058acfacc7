import type { Json, PublicDocument } from "../public-document";
import type { RoutePlan } from "./form-plan";
import { follow, isObject, requiredOf, type Schema } from "./schema";
import { planValue, printed, readValue, type ValuePlan } from "./value-plan";

/** A message in the form of OpenAI's API. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** The conversation that a route takes. */
export interface ChatPlan {
  /** The role of the system message; `undefined` if the route takes no system message. */
  readonly systemRole: string | undefined;
  /** The system message of the example; empty if the example has none. */
  readonly system: string;
  /** The last message of the example, which is a user's message. */
  readonly question: string;
  /** The fields of a request beside its messages. */
  readonly settings: readonly SettingPlan[];
  /** Whether a request has `stream: true`. */
  readonly sendsStream: boolean;
}

/** A field of a request beside its messages. */
export interface SettingPlan extends ValuePlan {
  readonly name: string;
  readonly description: string | undefined;
  readonly required: boolean;
  /** The text that an empty field shows. @default - none */
  readonly placeholder?: string;
}

const EVENTS = "text/event-stream";
const JSON_TYPE = "application/json";
const SYSTEM_ROLES = ["system", "developer"];

/**
 * Plans the chat of a route. A route has a chat if its answer can be a stream of events, and if the example of its request is a
 * conversation: `messages` is a list of objects with a text `content` and a `role` of OpenAI's API, and ends with the message of
 * a user.
 *
 * @returns `undefined` for another route
 */
export function planChat(
  { method, path }: Pick<RoutePlan, "method" | "path">,
  document: PublicDocument,
): ChatPlan | undefined {
  const operation = document.paths[path]?.[method.toLowerCase()];
  const answers = operation?.responses?.["200"]?.content ?? {};
  const { example, schema: body } = operation?.requestBody?.content[JSON_TYPE] ?? {};
  if (answers[EVENTS] === undefined || !isObject(example)) return undefined;
  const messages = readMessages(example.messages);
  const last = messages?.at(-1);
  if (messages === undefined || last?.role !== "user") return undefined;
  const schema = follow(body, document);
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = requiredOf(schema);
  const system = messages.find(({ role }) => SYSTEM_ROLES.includes(role));
  const roles = rolesIn(properties.messages, document);
  const names = Object.keys({ ...properties, ...example });
  return {
    systemRole: system?.role ?? SYSTEM_ROLES.find((role) => roles === undefined || roles.includes(role)),
    system: system?.content ?? "",
    question: last.content,
    settings: names
      .filter((name) => !["messages", "stream"].includes(name))
      // An optional property that can only be `{}` needs no field.
      .filter((name) => required.includes(name) || follow(properties[name], document).maxProperties !== 0)
      .map((name) => planSetting(name, properties[name], example[name], required, document)),
    // A route that also answers in one piece streams on request.
    sendsStream: names.includes("stream") || answers[JSON_TYPE] !== undefined,
  };
}

/** @returns `undefined` if the value is not a conversation of texts */
function readMessages(value: Json | undefined): readonly ChatMessage[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const messages = value.flatMap((one): ChatMessage[] => {
    if (!isObject(one)) return [];
    const { role, content } = one;
    const isMessage = typeof role === "string" && ROLES.includes(role) && typeof content === "string";
    return isMessage ? [{ role, content }] : [];
  });
  return messages.length === value.length ? messages : undefined;
}

/** The roles of texts (https://platform.openai.com/docs/api-reference/chat/create). */
const ROLES = [...SYSTEM_ROLES, "user", "assistant"];

/** The roles that the schema of the messages lists; `undefined` if the schema allows every role. */
function rolesIn(messages: Json | undefined, document: PublicDocument): readonly Json[] | undefined {
  const { properties }: Schema = follow(follow(messages, document).items, document);
  const { enum: roles } = follow(isObject(properties) ? properties.role : undefined, document);
  return Array.isArray(roles) ? roles : undefined;
}

/**
 * An optional null starts empty, so that the field takes a value of the property's type. An optional number starts empty, because the numbers of an example keep smoke tests short and repeatable: an answer to a
 * visitor must not end after the 16 tokens of an example.
 */
function planSetting(
  name: string,
  property: Json | undefined,
  example: Json | undefined,
  required: readonly Json[],
  document: PublicDocument,
): SettingPlan {
  const isRequired = required.includes(name);
  const initial = isRequired ? example : (example ?? undefined);
  const value = planValue(property ?? typeOf(example), initial, document);
  const { description } = follow(property, document);
  const setting = {
    ...value,
    name,
    description: typeof description === "string" ? description : undefined,
    required: isRequired,
  };
  if (isRequired || typeof example !== "number") return setting;
  return { ...setting, example: "", placeholder: `e.g. ${printed(example)}` };
}

/** A schema for a member of the example that the document's schema does not describe. */
function typeOf(example: Json | undefined): Json {
  return ["string", "number", "boolean"].includes(typeof example) ? { type: typeof example } : {};
}

/** The values of the settings that are not empty, or the faults of their texts by name. */
export function readSettings(
  settings: readonly SettingPlan[],
  texts: ReadonlyMap<string, string>,
): { readonly values: Readonly<Record<string, Json>> } | { readonly faults: ReadonlyMap<string, string> } {
  const faults = new Map<string, string>();
  const values: Record<string, Json> = {};
  for (const setting of settings) {
    const { name, required } = setting;
    const text = texts.get(name) ?? "";
    if (text.trim() === "") {
      if (required) faults.set(name, "This must not be empty.");
      continue;
    }
    const read = readValue(setting, text);
    if ("fault" in read) faults.set(name, read.fault);
    else values[name] = read.value;
  }
  return faults.size > 0 ? { faults } : { values };
}
