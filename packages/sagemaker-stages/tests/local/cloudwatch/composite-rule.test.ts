import { describe, expect, it } from "@jest/globals";
import type { AlarmState } from "../../../src/local/cloudwatch/alarm-state";
import { alarmsOf, holds, parseRule, UnsupportedRule } from "../../../src/local/cloudwatch/composite-rule";

const STATES: Readonly<Record<string, AlarmState>> = { red: "ALARM", green: "OK", new: "INSUFFICIENT_DATA" };

function holdsFor(text: string): boolean {
  return holds(parseRule(text), (alarm) => STATES[alarm] ?? "OK");
}

describe("the rule of a composite alarm", () => {
  it.each([
    ['ALARM("red")', true],
    ['ALARM("green")', false],
    ["ALARM(red)", true],
    ['OK("green")', true],
    ['OK("new")', false],
    ['INSUFFICIENT_DATA("new")', true],
    ['ALARM("red") AND ALARM("green")', false],
    ['ALARM("red") AND OK("green")', true],
    ['ALARM("green") OR ALARM("new") OR ALARM("red")', true],
    ['NOT ALARM("red")', false],
    ['NOT (ALARM("green") OR ALARM("new"))', true],
    ['ALARM("green") OR (ALARM("red") AND NOT ALARM("new"))', true],
    ["TRUE", true],
    ['FALSE OR ALARM("green")', false],
    ['ALARM("arn:aws:cloudwatch:eu-central-1:111122223333:alarm:red")', true],
  ])("holds for the states of its alarms: %s", (text, expected) => {
    // Act
    const result = holdsFor(text);

    // Assess
    expect(result).toBe(expected);
  });

  it("names the alarms that it uses", () => {
    // Act
    const names = alarmsOf(parseRule('ALARM("a") AND (OK("b") OR NOT ALARM("a"))'));

    // Assess
    expect([...names]).toEqual(["a", "b"]);
  });

  it.each([
    ["", "the end"],
    ['ALARM("a") ALARM("b")', 'ALARM("b")'],
    ['ALARM("a") AND', "the end"],
    ['ALARM("a") AND ALARM("b") OR ALARM("c")', 'OR ALARM("c")'],
    ['AT_LEAST(1, ALARM, ("a", "b"))', 'AT_LEAST(1, ALARM, ("a", "b"))'],
    ['(ALARM("a")', "the end"],
    ["alarm(a)", "alarm(a)"],
  ])("is refused if the local stage cannot evaluate it: %s", (text, rest) => {
    // Act
    const parse = () => parseRule(text);

    // Assess
    expect(parse).toThrow(UnsupportedRule);
    expect(parse).toThrow(`got ${JSON.stringify(rest)} in ${JSON.stringify(text)}; supported: ALARM("name")`);
  });
});
