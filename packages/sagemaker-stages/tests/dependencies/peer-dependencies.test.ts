import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import app from "../../../../package.json";
import lock from "../../../../package-lock.json";
import engine from "../../package.json";
import { CDK_TERRAIN, CDKTF, isOnCdkTerrain, ON_CDK_TERRAIN, ON_CDKTF } from "../cdktn/support/versions";

/** Packages whose objects or types pass between the app and the engine. */
const SHARED = ["@cdktf/provider-aws", "cdktf", "constructs", "zod"] as const;

describe("packages that the app shares with the engine", () => {
  it("are peer dependencies of the engine, so that npm installs one copy", () => {
    // Act
    const peers = Object.keys(engine.peerDependencies).toSorted();
    const own = Object.keys(engine.dependencies);

    // Assess
    expect(peers).toEqual(SHARED);
    expect(own.filter((name) => peers.includes(name))).toEqual([]);
    expect(Object.keys(app.dependencies)).toEqual(expect.arrayContaining([...SHARED]));
  });

  it("include CDKTF, and CDK Terrain under the names of CDKTF, in the versions that npm run test:cdktn tests", () => {
    // Prepare
    const document = readFileSync(join(__dirname, "../../../../docs/cdk-terrain.md"), "utf8");

    // Act
    const peers = {
      "@cdktf/provider-aws": engine.peerDependencies["@cdktf/provider-aws"],
      cdktf: engine.peerDependencies.cdktf,
    };

    // Assess
    expect(app.dependencies).toMatchObject(isOnCdkTerrain(app.dependencies) ? ON_CDK_TERRAIN : ON_CDKTF);
    expect(peers).toEqual({
      "@cdktf/provider-aws": `^${CDKTF["@cdktf/provider-aws"]} || ^${CDK_TERRAIN["@cdktn/provider-aws"]}`,
      cdktf: `^${CDKTF.cdktf} || ^${CDK_TERRAIN.cdktn}`,
    });
    for (const [name, version] of Object.entries(CDKTF)) {
      expect(document).toContain(` ${name}@${version}`);
      expect(document).toContain(`| \`${name}\` ${version} `);
    }
    for (const name of ["@cdktn/provider-aws", "cdktn", "cdktn-cli"] as const) {
      expect(document).toContain(`${name}@${CDK_TERRAIN[name]}`);
      expect(document).toContain(`| \`${name}\` ${CDK_TERRAIN[name]} `);
    }
  });

  it("include zod in one exact version, with which the contracts' types and the functions' sizes are tested", () => {
    // Act
    const versions = [
      engine.peerDependencies.zod,
      engine.devDependencies.zod,
      app.dependencies.zod,
      lock.packages["node_modules/zod"].version,
    ];

    // Assess
    expect(versions).toEqual(Array(4).fill("4.4.3"));
    expect(readFileSync(join(__dirname, "../../README.md"), "utf8")).toContain(" zod@4.4.3 ");
    expect(Object.keys(lock.packages)).not.toContain("node_modules/sagemaker-stages/node_modules/zod");
    expect(Object.keys(lock.packages)).not.toContain("packages/sagemaker-stages/node_modules/zod");
  });
});
