import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../../src/environment/environment";
import { createApp } from "../../support/app";

/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** The part of `cdk.tf.json` that tests change. */
export interface TerraformJson {
  readonly provider: { aws: JsonObject[] };
  readonly resource: Record<string, Record<string, JsonObject>>;
}

/** The only resource of a type; throws if there is not exactly one. */
export function only(terraform: TerraformJson, type: string): JsonObject {
  const [resource, ...more] = Object.values(terraform.resource[type] ?? {});
  if (resource === undefined || more.length > 0) throw new Error(`got ${more.length + 1} of ${type} or none`);
  return resource;
}

/** The part of the OpenAPI document that tests change. */
export interface OpenApiJson extends JsonObject {
  paths: { [path: string]: { [method: string]: JsonObject } };
  components: { [part: string]: JsonObject };
}

/** Stacks in a temporary folder, each in a subfolder with a `cdk.tf.json`. */
export class Stacks {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "stacks-")));
  private written = 0;

  /** Synthesizes `environment`. @returns its stack's folder */
  synthesize(environment: Environment): string {
    const outdir = join(this.folder, `synthesized-${this.written++}`);
    createApp([environment], { outdir }).synth();
    return join(outdir, "stacks", environment.name);
  }

  /** Writes `terraform` as a stack. @returns its folder */
  write(terraform: object): string {
    const folder = join(this.folder, `written-${this.written++}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(terraform));
    return folder;
  }

  /**
   * Writes a copy of the stack in `folder` with changed Terraform.
   *
   * @param options - `withFiles`: whether the copy has the packages of the functions. Default: false
   * @returns the new folder
   */
  change(
    folder: string,
    change: (terraform: TerraformJson) => void,
    { withFiles = false }: { readonly withFiles?: boolean } = {},
  ): string {
    const terraform = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as TerraformJson;
    change(terraform);
    const written = this.write(terraform);
    if (withFiles && existsSync(join(folder, "assets"))) {
      cpSync(join(folder, "assets"), join(written, "assets"), { recursive: true });
    }
    return written;
  }

  /** Writes a copy of the stack in `folder` with a changed OpenAPI document. @returns the new folder */
  changeOpenApi(folder: string, change: (api: OpenApiJson) => void): string {
    return this.change(folder, (terraform) => {
      const api = only(terraform, "aws_api_gateway_rest_api");
      const document = JSON.parse(String(api.body)) as OpenApiJson;
      change(document);
      api.body = JSON.stringify(document);
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
