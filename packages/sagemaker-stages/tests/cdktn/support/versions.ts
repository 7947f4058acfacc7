import engine from "../../../package.json";
import successor from "../package.json";

/** The first range of a peer dependency, which allows the last version of CDKTF, without its operator. */
function cdktfVersionOf(name: "@cdktf/provider-aws" | "cdktf"): string {
  const [, version] = /^\^([\d.]+) \|\| /.exec(engine.peerDependencies[name]) ?? [];
  if (version !== undefined) return version;
  throw new Error(
    `packages/sagemaker-stages/package.json: peerDependencies: ${name}: got ${engine.peerDependencies[name]}; expected ^<version of CDKTF> || ^<version of CDK Terrain>`,
  );
}

/** The last versions of CDKTF. This repository pins them, unless the team has migrated. */
export const CDKTF = {
  "@cdktf/provider-aws": cdktfVersionOf("@cdktf/provider-aws"),
  cdktf: cdktfVersionOf("cdktf"),
  // CDKTF published the library and the command line with the same version.
  "cdktf-cli": cdktfVersionOf("cdktf"),
} as const;

/** The pinned versions of CDK Terrain. */
export const CDK_TERRAIN = successor.dependencies;

/** What the `package.json` of a repository on CDKTF pins. */
export const ON_CDKTF = {
  "@cdktf/provider-aws": CDKTF["@cdktf/provider-aws"],
  cdktf: CDKTF.cdktf,
} as const;

/** What the `package.json` of a repository on CDK Terrain pins: CDK Terrain under the names of CDKTF, and its own name. */
export const ON_CDK_TERRAIN = {
  "@cdktf/provider-aws": `npm:@cdktn/provider-aws@${CDK_TERRAIN["@cdktn/provider-aws"]}`,
  cdktf: `npm:cdktn@${CDK_TERRAIN.cdktn}`,
  cdktn: CDK_TERRAIN.cdktn,
} as const;

/** Whether a repository with these dependencies has migrated to CDK Terrain, in any version, as docs/cdk-terrain.md describes. */
export function isOnCdkTerrain(dependencies: Readonly<Record<string, string>>): boolean {
  return dependencies.cdktf?.startsWith("npm:cdktn@") === true;
}
