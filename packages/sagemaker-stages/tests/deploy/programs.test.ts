import { describe, expect, it } from "@jest/globals";
import { requirePrograms } from "./support/programs";

describe("requirePrograms", () => {
  const versions: Readonly<Record<string, string>> = { terraform: "Terraform v1.11.4\n", python3: "5.2.1\n" };

  it.each([
    ["terraform", "", /^terraform is not on the PATH: install .*hashicorp\.com\/terraform\/install/],
    ["python3", "", /^moto_server 5\.2\.1 is not installed: run `pip install 'moto\[server\]==5\.2\.1'`/],
    ["python3", "4.0.0\n", /^moto_server 5\.2\.1 is not installed \(python3 has 4\.0\.0\): run `pip install/],
  ])("names the command that installs the missing program: %s", (program, answer, expected) => {
    // Prepare
    const find = (name: string): string => (name === program ? answer : (versions[name] ?? ""));

    // Act
    const act = (): void => requirePrograms(find);

    // Assess
    expect(act).toThrow(expected);
    expect(act).not.toThrow(/\n/);
  });

  it("accepts a machine with every program", () => {
    // Act
    const act = (): void => requirePrograms((name) => versions[name] ?? "");

    // Assess
    expect(act).not.toThrow();
  });
});
