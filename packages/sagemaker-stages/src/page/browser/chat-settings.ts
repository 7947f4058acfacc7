import { type ChatMessage, type ChatPlan, readSettings, type SettingPlan } from "../plan/chat-plan";
import type { Json } from "../public-document";
import { valueControl } from "./control";
import { h } from "./dom";
import { type Field, field, textField } from "./field";

/** The part of a chat's request that is not the conversation. */
export interface ChatOptions {
  /** The system message, or no message. */
  readonly system: readonly ChatMessage[];
  readonly values: Readonly<Record<string, Json>>;
}

/** The settings of a chat: a section that opens and closes. */
export interface ChatSettings {
  readonly element: HTMLElement;
  /** @returns `undefined` if the input is invalid; the section is then open, and shows the reason */
  read(): ChatOptions | undefined;
}

/** Creates the settings of a chat. @param id - a prefix for the ids of the controls */
export function chatSettings({ systemRole, system, settings }: ChatPlan, id: string): ChatSettings {
  const systemField =
    systemRole === undefined
      ? undefined
      : textField({
          id: `${id}-system-message`,
          label: "System message",
          hint: "Instructions for the whole conversation.",
          rows: 2,
          required: false,
          value: system,
        });
  const fields = new Map(
    settings.map((plan) => [plan.name, settingField(plan, `${id}-setting-${plan.name}`)]),
  );
  const element = h(
    "details",
    { class: "settings", hidden: systemField === undefined && fields.size === 0 },
    h("summary", {}, "Settings"),
    ...(systemField === undefined ? [] : [systemField.element]),
    h("div", { class: "grid" }, ...[...fields.values()].map((one) => one.element)),
  );
  return {
    element,
    read() {
      const read = readSettings(settings, new Map([...fields].map(([name, { text }]) => [name, text])));
      if ("faults" in read) {
        element.open = true;
        for (const [name, one] of fields) one.setFault(read.faults.get(name));
        const [first = ""] = read.faults.keys();
        fields.get(first)?.focus();
        return undefined;
      }
      const content = systemField?.text ?? "";
      const hasSystem = systemRole !== undefined && content.trim() !== "";
      return { system: hasSystem ? [{ role: systemRole, content }] : [], values: read.values };
    },
  };
}

function settingField(plan: SettingPlan, id: string): Field {
  const { name, description, example, placeholder } = plan;
  const control = valueControl(plan, example, { id, name, placeholder });
  return field(control, h("label", { for: id }, name.replaceAll("_", " ")), description);
}
