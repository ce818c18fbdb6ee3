// Builds the page: node build.mjs OUTDIR writes index.html, app.js, app.css and icon.svg there.
// The map's worker is bundled first and carried inside app.js as text: a page opened from disk has no second file to load.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Marked } from "marked";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "dist"));
const common = { bundle: true, minify: true, target: ["es2021"], legalComments: "none", logLevel: "warning" };

const in_workers = {}; // their inputs, as a metafile has them
// import code from "worker:./layout.worker.ts"
const worker_as_text = {
  name: "worker-as-text",
  setup(b) {
    b.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.slice(7)), namespace: "worker" }));
    b.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const { outputFiles, metafile } = await build({ ...common, entryPoints: [path], write: false, format: "iife", metafile: true, absWorkingDir: here });
      Object.assign(in_workers, metafile.inputs);
      return { contents: outputFiles[0].text, loader: "text" };
    });
  },
};

/** Documents are ours: they hold no HTML of others. Links among them lead nowhere from here, and become words. */
function document_html(markdown) {
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const renderer = {
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      return /^https?:/.test(href) ? `<a href="${escaped(href)}" rel="noreferrer">${words}</a>` : words;
    },
    image: ({ text }) => escaped(text),
    html: ({ text }) => escaped(text),
    // wide tables scroll by themselves, by keys too
    table(token) {
      const cell = (of, tag, i) => `<${tag}${tag === "th" ? ' scope="col"' : ""}${token.align[i] === "right" ? ' class="n"' : ""}>${this.parser.parseInline(of.tokens)}</${tag}>`;
      const row = (cells, tag) => `<tr>${cells.map((c, i) => cell(c, tag, i)).join("")}</tr>`;
      return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(token.header.map((h) => h.text).join(", "))}"><table><thead>${row(token.header, "th")}</thead><tbody>${token.rows.map((r) => row(r, "td")).join("")}</tbody></table></div>`;
    },
  };
  return new Marked({ renderer }).parse(markdown);
}

// import html from "doc:../../docs/method.md"
const document_as_html = {
  name: "document-as-html",
  setup(b) {
    b.onResolve({ filter: /^doc:/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.slice(4)), namespace: "doc" }));
    b.onLoad({ filter: /.*/, namespace: "doc" }, ({ path }) => ({ contents: document_html(readFileSync(path, "utf8")), loader: "text", watchFiles: [path] }));
  },
};

/** Names, versions and licences of the packages whose code is in a bundle, and their licences' words, each once. */
function notices(inputs) {
  const folders = new Set();
  for (const input of Object.keys(inputs)) {
    const m = /^(?:worker:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (m) folders.add(m[1]);
  }
  const by_words = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
    const file = readdirSync(join(here, folder)).find((f) => /^licen[cs]e/i.test(f));
    const words = file ? readFileSync(join(here, folder, file), "utf8").trim() : `Licence: ${license}`;
    by_words.set(words, [...(by_words.get(words) ?? []), `${name} ${version} (${license})`]);
  }
  return [...by_words].map(([words, names]) => `${names.join("\n")}\n\n${words}`).join("\n\n----\n\n").replaceAll("*/", "* /");
}

mkdirSync(out, { recursive: true });
const { metafile } = await build({
  metafile: true,
  absWorkingDir: here,
  ...common,
  entryPoints: { app: join(here, "src/app.tsx") },
  outdir: out,
  format: "iife",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  plugins: [worker_as_text, document_as_html],
});
// Their authors ask that their words go wherever their code goes, and report.html goes far.
const script = join(out, "app.js");
writeFileSync(script, `/* pardon's page (Apache-2.0) holds code of:\n\n${notices({ ...metafile.inputs, ...in_workers })}\n*/\n${readFileSync(script, "utf8")}`);
for (const name of ["index.html", "icon.svg"]) copyFileSync(join(here, "src", name), join(out, name));
