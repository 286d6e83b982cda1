// Usage: node console.mjs CONSOLE. Hawtio's build takes the editor of its Source tab from a CDN: here it comes from the jar.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const scripts = `${process.argv[2]}/static/js/`;
const OUTSIDE = "https://cdn.jsdelivr.net/npm/monaco-editor@0.43.0/min/vs";
const HERE = "/console/monaco/vs";

let found = false;
for (const file of readdirSync(scripts).filter((name) => name.endsWith(".js"))) {
  const script = readFileSync(scripts + file, "utf8");
  if (script.includes(OUTSIDE)) writeFileSync(scripts + file, script.replace(OUTSIDE, HERE));
  found ||= script.includes(OUTSIDE) || script.includes(HERE);
}
if (!found) throw new Error(`No script in ${scripts} names ${OUTSIDE}: Hawtio's editor is of another version`);
