// The Test Anything Protocol for the page's tests, as tests/tools/tap.py for Python's: tests run in order; what throws
// is 'not ok' with its reason as comments, a Skip is printed with its reason.
import { existsSync } from "node:fs";
import { join } from "node:path";

export class Skip extends Error {}

export const source = process.env.PARDON_SOURCE ?? join(import.meta.dirname ?? ".", "..", "..");
export const program = join(process.env.PARDON_BUILD ?? join(source, "build"), "pardon");

/** A path below the shared material, or a skip that says what is missing. */
export function shared(...parts) {
  const path = join(process.env.PARDON_SHARED ?? join(source, "..", "shared"), ...parts);
  if (!existsSync(path)) throw new Skip(`the shared material is not on this machine: ${path}`);
  return path;
}

export function check(fine, why) {
  if (!fine) throw new Error(why);
}
export function same(got, wanted, what) {
  check(Object.is(got, wanted), `${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
}

/** `tests`: [name, async function]; `cleanup` runs whatever happens. */
export async function run(tests, cleanup = async () => {}) {
  let failed = 0;
  console.log(`TAP version 13\n1..${tests.length}`);
  for (const [i, [name, test]] of tests.entries()) {
    try {
      await test();
      console.log(`ok ${i + 1} - ${name}`);
    } catch (error) {
      if (error instanceof Skip) {
        console.log(`ok ${i + 1} - ${name} # SKIP ${error.message}`);
        continue;
      }
      failed++;
      console.log(`not ok ${i + 1} - ${name}\n# ${String(error.stack ?? error).replaceAll("\n", "\n# ")}`);
    }
  }
  await cleanup();
  process.exit(failed > 0 ? 1 : 0);
}
