// Prints the files that pages load as JSON: each page's script in one file, small, and named by a hash of what is in it.
// A file of such a name never changes, so a browser keeps it without asking. What a script loads later stays a file of its own.

import { relative } from "node:path";
import { build } from "esbuild";

const scripts = ["index.js", "watch.js", "embed.js", "search.js", "status.js", "upload.js", "enter.js"];

/** @param {string} entry */
async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]", // beside the page's own: a script finds the site's root where it lies itself
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022", // every browser that has the CSS we use
    loader: { ".svg": "copy" },
    banner: entry.endsWith(".js") ? { js: "// Made of the scripts beside it, by esbuild; vendor/LICENSES.txt names what comes from third parties." } : {},
    outdir: ".",
    write: false,
    metafile: true,
  });
  const names = Object.entries(metafile.outputs).map(([name, { entryPoint }]) => [entryPoint ?? name, name]);
  const files = outputFiles.map(({ path, text }) => [relative(".", path), text]);
  return { names, files };
}

const made = await Promise.all([...scripts, "style.css", "favicon.svg"].map(bundle));
const names = Object.fromEntries(made.flatMap(({ names }) => names));
const files = Object.fromEntries(made.flatMap(({ files }) => files));
console.log(JSON.stringify({ names, files }));
