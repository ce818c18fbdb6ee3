// Builds the page: node build.mjs OUTDIR writes index.html, app.js, app.css and icon.svg there.
// The map's worker is bundled first and carried inside app.js as text: a page opened from disk has no second file to load.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");
const common = { bundle: true, minify: true, target: ["es2021"], legalComments: "none", logLevel: "warning" };

// import code from "worker:./layout.worker.ts"
const worker_as_text = {
  name: "worker-as-text",
  setup(b) {
    b.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.slice(7)), namespace: "worker" }));
    b.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const { outputFiles } = await build({ ...common, entryPoints: [path], write: false, format: "iife" });
      return { contents: outputFiles[0].text, loader: "text" };
    });
  },
};

mkdirSync(out, { recursive: true });
await build({
  ...common,
  entryPoints: { app: join(here, "src/app.tsx") },
  outdir: out,
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  plugins: [worker_as_text],
});
for (const name of ["index.html", "icon.svg"]) copyFileSync(join(here, "src", name), join(out, name));
