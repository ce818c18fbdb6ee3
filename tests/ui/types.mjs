// The page's TypeScript holds under the strict compiler; the bundler only strips types.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { check, run, source } from "./tap.mjs";

const ui = process.env.PARDON_UI ?? join(source, "ui");

run([
  ["types", async () => {
    const said = spawnSync(join(ui, "node_modules/.bin/tsc"), ["--noEmit", "-p", ui], { encoding: "utf8" });
    check(said.status === 0, said.stdout + said.stderr);
  }],
  ["no library is used that package.json does not pin to one version", async () => {
    const { readFileSync } = await import("node:fs");
    const named = JSON.parse(readFileSync(join(ui, "package.json"), "utf8"));
    for (const [name, version] of Object.entries({ ...named.dependencies, ...named.devDependencies }))
      check(/^\d+\.\d+\.\d+$/.test(version), `${name} is asked for as ${version}`);
  }],
]);
